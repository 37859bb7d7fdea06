#include "operators/mime_encoding.h"

#include <algorithm>
#include <cstdint>

#include "base/base64.h"
#include "operators/utf16.h"

namespace mogura::operators {
namespace {

constexpr std::size_t kMaxEncodedLine = 76;
// Bytes in one encoded word: with "=?UTF-8?B?" and "?=" around their base64 and the header's name
// before them, the line stays below 76 characters.
constexpr std::size_t kEncodedWordBytes = 39;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
}

std::string without_line_ends(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return line;
}

/// One character of a quoted-printable line: itself where it may stand, else `=XX`.
std::string quoted_printable_character(char c, bool ends_line) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const bool blank = c == ' ' || c == '\t';
  const bool plain = (c > ' ' && c <= '~' && c != '=') || (blank && !ends_line);
  if (plain) return {c};
  const auto byte = static_cast<unsigned char>(c);
  return {'=', kHex[byte >> 4u], kHex[byte & 15u]};
}

}  // namespace

std::string base64_lines(std::string_view bytes) {
  constexpr std::size_t kBytesPerLine = kMaxEncodedLine / 4 * 3;
  std::string lines;
  for (std::size_t at = 0; at < bytes.size(); at += kBytesPerLine) {
    lines += to_base64(bytes.substr(at, kBytesPerLine)) + "\r\n";
  }
  return lines;
}

std::string quoted_printable(std::string_view text) {
  std::string encoded;
  std::size_t line_length = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "\r\n") {
      encoded += "\r\n";
      line_length = 0;
      ++at;
      continue;
    }
    const bool ends_line = at + 1 == text.size() || text.substr(at + 1, 2) == "\r\n";
    const std::string character = quoted_printable_character(text[at], ends_line);
    // A line that goes on needs room for its "=".
    if (line_length + character.size() > kMaxEncodedLine - 1) {
      encoded += "=\r\n";
      line_length = 0;
    }
    encoded += character;
    line_length += character.size();
  }
  return encoded;
}

std::string header_text(std::string_view text) {
  const std::string line = without_line_ends(text);
  const bool plain = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
  if (plain && !line.contains("=?")) return line;
  std::string words;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = std::min(at + kEncodedWordBytes, line.size());
    while (end < line.size() && end > at + 1 && !starts_character(line[end])) --end;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + to_base64(std::string_view(line).substr(at, end - at)) + "?=";
    at = end;
  }
  return words;
}

std::string latin1(std::string_view text) {
  std::string bytes;
  for (const char16_t unit : utf16(text)) {
    const bool low_surrogate = unit >= 0xdc00 && unit <= 0xdfff;
    if (low_surrogate) continue;  // its character has its `?` already
    bytes += unit <= 0xff ? static_cast<char>(unit) : '?';
  }
  return bytes;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return (static_cast<unsigned char>(c) & 0x80u) == 0; });
}

}  // namespace mogura::operators
