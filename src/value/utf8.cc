#include "value/utf8.h"

#include <array>

namespace mogura::value {

char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  std::size_t length = 1;
  char32_t character = first;
  if (first >= 0xC2 && first < 0xE0) {
    length = 2;
    character = first & 0x1F;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3;
    character = first & 0x0F;
  } else if (first >= 0xF0 && first < 0xF5) {
    length = 4;
    character = first & 0x07;
  } else if (first >= 0x80) {
    character = kReplacementCharacter;
  }
  for (std::size_t at = 1; at < length; ++at) {
    if (at == text.size() || (byte(at) & 0xC0) != 0x80) {
      text.remove_prefix(1);
      return kReplacementCharacter;
    }
    character = character << 6 | (byte(at) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character < 0xE000;
  if (character < kSmallest[length] || surrogate || character > 0x10FFFF) {
    text.remove_prefix(1);
    return kReplacementCharacter;
  }
  text.remove_prefix(length);
  return character;
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

}  // namespace mogura::value
