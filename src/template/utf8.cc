#include "template/utf8.h"

namespace mogura::tmpl {
namespace {

constexpr char32_t kLargestCharacter = 0x10ffff;

/// The smallest character that needs this many bytes.
constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};

std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

}  // namespace

Decoded decode(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = sequence_length(lead);
  if (length == 1) return {lead, 1};
  if (length == 0 || at + length > text.size()) return {kNoCharacter, 1};
  char32_t character = lead & (0xffu >> (length + 1));
  for (std::size_t next = 1; next < length; ++next) {
    const auto byte = static_cast<unsigned char>(text[at + next]);
    if ((byte & 0xc0u) != 0x80u) return {kNoCharacter, 1};
    character = (character << 6) | (byte & 0x3fu);
  }
  if (character < kSmallest[length] || character > kLargestCharacter) return {kNoCharacter, 1};
  return {character, length};
}

void append_character(std::string& out, char32_t character) {
  const auto tail = [&](int shift) {
    return static_cast<char>(0x80u | ((character >> shift) & 0x3fu));
  };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xc0u | (character >> 6));
    out += tail(0);
  } else if (character < 0x10000) {
    out += static_cast<char>(0xe0u | (character >> 12));
    out += tail(6);
    out += tail(0);
  } else {
    out += static_cast<char>(0xf0u | (character >> 18));
    out += tail(12);
    out += tail(6);
    out += tail(0);
  }
}

}  // namespace mogura::tmpl
