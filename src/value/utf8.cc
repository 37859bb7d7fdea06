#include "value/utf8.h"

#include <algorithm>

namespace mogura::value {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool is_between(unsigned byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

}  // namespace

// The range of the second byte depends on the first one, so that overlong forms and numbers beyond
// U+10FFFF end after their first byte.
Decoded decode(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return {lead, 1};
  if (!is_between(lead, 0xC2, 0xF4)) return {kNoCharacter, 1};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
  if (!is_between(byte_at(text, at + 1), low, high)) return {kNoCharacter, 1};
  char32_t character = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned byte = byte_at(text, at + i);
    if (!is_between(byte, 0x80, 0xBF)) return {kNoCharacter, i};
    character = character << 6 | (byte & 0x3FU);
  }
  return {character, size};
}

char32_t take_character(std::string_view& text) {
  const auto [character, bytes] = decode(text, 0);
  // Java gives up a surrogate at its second byte.
  const bool surrogate = is_surrogate(character);
  text.remove_prefix(surrogate ? 1 : bytes);
  return surrogate || character == kNoCharacter ? kReplacementCharacter : character;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) {
    put(c);
    return;
  }
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

std::string valid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) append_utf8(text, take_character(bytes));
  return text;
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) points.push_back(take_character(text));
  return points;
}

std::size_t utf16_length(std::string_view text) {
  const auto units_begun_by = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return is_between(byte, 0x80, 0xBF) ? 0u : byte < 0xF0 ? 1u : 2u;
  };
  std::size_t units = 0;
  for (const char c : text) units += units_begun_by(c);
  return units;
}

}  // namespace mogura::value
