#include "operators/utf16.h"

#include "value/utf8.h"

namespace mogura::operators {

std::u16string utf16(std::string_view text) {
  std::u16string units;
  while (!text.empty()) {
    const char32_t character = value::take_character(text);
    if (character < 0x10000) {
      units += static_cast<char16_t>(character);
    } else {
      units += static_cast<char16_t>(value::high_surrogate(character));
      units += static_cast<char16_t>(value::low_surrogate(character));
    }
  }
  return units;
}

std::string utf8(std::u16string_view units) {
  std::string text;
  for (std::size_t at = 0; at < units.size(); ++at) {
    const char16_t unit = units[at];
    const char16_t next = at + 1 < units.size() ? units[at + 1] : u'\0';
    if (value::is_high_surrogate(unit) && value::is_low_surrogate(next)) {
      value::append_utf8(text, value::join_surrogates(unit, next));
      ++at;
    } else if (value::is_surrogate(unit)) {
      text += '?';
    } else {
      value::append_utf8(text, unit);
    }
  }
  return text;
}

}  // namespace mogura::operators
