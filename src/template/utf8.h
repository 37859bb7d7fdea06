// Reading the characters of a UTF-8 or CESU-8 text one by one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mogura::tmpl {

inline constexpr char32_t kNoCharacter = 0xffffffff;

struct Decoded {
  /// The code point, which may be half a pair of surrogates; kNoCharacter where the bytes are none.
  char32_t character;
  /// How many bytes it takes; 1 where the bytes are none.
  std::size_t bytes;
};

/// The character at `at`, which is inside of the text.
Decoded decode(std::string_view text, std::size_t at);

/// Appends one character; surrogates as three bytes like any other of their size.
void append_character(std::string& out, char32_t character);

inline bool is_high_surrogate(char32_t c) {
  return c >= 0xd800 && c < 0xdc00;
}
inline bool is_low_surrogate(char32_t c) {
  return c >= 0xdc00 && c < 0xe000;
}
inline bool is_surrogate(char32_t c) {
  return c >= 0xd800 && c < 0xe000;
}
inline char32_t join_surrogates(char32_t high, char32_t low) {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

}  // namespace mogura::tmpl
