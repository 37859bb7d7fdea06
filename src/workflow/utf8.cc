#include "workflow/utf8.h"

#include <algorithm>

namespace mogura::workflow {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool is_between(unsigned byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

struct Sequence {
  std::size_t size;  // bytes to take: all of a good sequence, the good beginning of a malformed one
  bool well_formed;
};

// The sequence that begins at `at`. The second byte's range depends on the first one, so that
// overlong forms, surrogates and code points beyond U+10FFFF end after their first byte.
Sequence sequence_at(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return {1, true};
  if (!is_between(lead, 0xC2, 0xF4)) return {1, false};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!is_between(byte_at(text, at + 1), low, high)) return {1, false};
  for (std::size_t i = 2; i < size; ++i) {
    if (!is_between(byte_at(text, at + i), 0x80, 0xBF)) return {i, false};
  }
  return {size, true};
}

}  // namespace

std::string decoded_utf8(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Sequence sequence = sequence_at(bytes, at);
    text += sequence.well_formed ? bytes.substr(at, sequence.size) : kReplacement;
    at += sequence.size;
  }
  return text;
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = sequence_at(text, at).size;
    unsigned point = byte_at(text, at) & (size == 1 ? 0x7Fu : 0xFFu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) point = point << 6 | (byte_at(text, at + i) & 0x3F);
    points.push_back(point);
    at += size;
  }
  return points;
}

std::size_t utf16_length(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
             text, [](char c) { return !is_between(static_cast<unsigned char>(c), 0x80, 0xBF); })) +
         static_cast<std::size_t>(std::ranges::count_if(
             text, [](char c) { return static_cast<unsigned char>(c) >= 0xF0; }));
}

}  // namespace mogura::workflow
