#include "command/output_lines.h"

#include <algorithm>

namespace mogura::command {
namespace {

/// A character of UTF-8 has at most this many bytes after its first.
constexpr std::size_t kMaxContinuationBytes = 3;

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The length of the first piece of a line of more than kMaxLineBytes.
std::size_t piece_length(std::string_view line) {
  std::size_t length = kMaxLineBytes;
  while (length > kMaxLineBytes - kMaxContinuationBytes && continues_character(line[length])) {
    --length;
  }
  return continues_character(line[length]) ? kMaxLineBytes : length;
}

}  // namespace

void OutputLines::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (begun_.empty() && end != std::string_view::npos && end <= kMaxLineBytes) {
      hand_on(bytes.substr(0, end));  // the usual case: nothing is copied
      bytes.remove_prefix(end + 1);
      continue;
    }
    // One byte more than a line may have shows whether a character goes on.
    const std::size_t room = kMaxLineBytes + 1 - begun_.size();
    const std::size_t taken = std::min({end, bytes.size(), room});
    begun_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (begun_.size() > kMaxLineBytes) {
      const std::size_t length = piece_length(begun_);
      receive_(std::string_view(begun_).substr(0, length));
      begun_.erase(0, length);
    } else if (!bytes.empty()) {
      bytes.remove_prefix(1);
      hand_on(begun_);
      begun_.clear();
    }
  }
}

void OutputLines::finish() {
  if (!begun_.empty()) receive_(begun_);
  begun_.clear();
}

void OutputLines::hand_on(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  receive_(line);
}

}  // namespace mogura::command
