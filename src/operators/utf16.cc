#include "operators/utf16.h"

#include <cstddef>

namespace mogura::operators {
namespace {

constexpr char32_t kReplacementCharacter = 0xFFFD;

// How many bytes follow the lead byte, and the bits that it holds; length 0 where it is no lead
// byte.
struct LeadByte {
  std::size_t following = 0;
  char32_t bits = 0;
  char32_t least = 0;  // a smaller number is an overlong form
};

LeadByte lead_byte(unsigned char byte) {
  if ((byte & 0xE0) == 0xC0) return {1, byte & 0x1Fu, 0x80};
  if ((byte & 0xF0) == 0xE0) return {2, byte & 0x0Fu, 0x800};
  if ((byte & 0xF8) == 0xF0) return {3, byte & 0x07u, 0x10000};
  return {};
}

// Takes the first character off `text`; a byte that starts no valid one is taken alone.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  if (first < 0x80) return first;
  const LeadByte lead = lead_byte(first);
  if (lead.following == 0 || text.size() < lead.following) return kReplacementCharacter;
  char32_t number = lead.bits;
  for (std::size_t at = 0; at < lead.following; ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0) != 0x80) return kReplacementCharacter;
    number = (number << 6) | (byte & 0x3Fu);
  }
  const bool surrogate = number >= 0xD800 && number <= 0xDFFF;
  if (number < lead.least || number > 0x10FFFF || surrogate) return kReplacementCharacter;
  text.remove_prefix(lead.following);
  return number;
}

void append_utf8(char32_t number, std::string& text) {
  const auto byte = [&](char32_t bits) { text += static_cast<char>(bits); };
  if (number < 0x80) {
    byte(number);
  } else if (number < 0x800) {
    byte(0xC0 | (number >> 6));
    byte(0x80 | (number & 0x3F));
  } else if (number < 0x10000) {
    byte(0xE0 | (number >> 12));
    byte(0x80 | ((number >> 6) & 0x3F));
    byte(0x80 | (number & 0x3F));
  } else {
    byte(0xF0 | (number >> 18));
    byte(0x80 | ((number >> 12) & 0x3F));
    byte(0x80 | ((number >> 6) & 0x3F));
    byte(0x80 | (number & 0x3F));
  }
}

}  // namespace

std::u16string utf16(std::string_view text) {
  std::u16string units;
  while (!text.empty()) {
    const char32_t number = take_character(text);
    if (number < 0x10000) {
      units += static_cast<char16_t>(number);
    } else {
      units += static_cast<char16_t>(0xD800 + ((number - 0x10000) >> 10));
      units += static_cast<char16_t>(0xDC00 + ((number - 0x10000) & 0x3FF));
    }
  }
  return units;
}

std::string utf8(std::u16string_view units) {
  const auto is_high = [](char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; };
  const auto is_low = [](char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; };
  std::string text;
  for (std::size_t at = 0; at < units.size(); ++at) {
    const char16_t unit = units[at];
    if (is_high(unit) && at + 1 < units.size() && is_low(units[at + 1])) {
      append_utf8(0x10000 + ((char32_t{unit} - 0xD800) << 10) + (units[++at] - 0xDC00u), text);
    } else if (is_high(unit) || is_low(unit)) {
      text += '?';
    } else {
      append_utf8(unit, text);
    }
  }
  return text;
}

}  // namespace mogura::operators
