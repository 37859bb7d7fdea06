// Characters of texts in UTF-8, and their UTF-16 units where Java's view of a text shows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mogura::value {

/// Stands for what is no character.
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

constexpr bool is_high_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
constexpr bool is_low_surrogate(char32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}
constexpr bool is_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit < 0xE000;
}
constexpr char32_t join_surrogates(char32_t high, char32_t low) {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}
/// Of a character beyond U+FFFF.
constexpr char32_t high_surrogate(char32_t character) {
  return 0xD800 + ((character - 0x10000) >> 10);
}
constexpr char32_t low_surrogate(char32_t character) {
  return 0xDC00 + ((character - 0x10000) & 0x3FF);
}

inline constexpr char32_t kNoCharacter = 0xFFFFFFFF;

struct Decoded {
  /// A code point, which may be a surrogate (three bytes in CESU-8); kNoCharacter where the bytes
  /// are none.
  char32_t character;
  /// How many bytes it takes; of bytes that are none, how many a decoder of Java replaces at once.
  std::size_t bytes;
};

/// The character at `at`, which is inside of the text.
Decoded decode(std::string_view text, std::size_t at);

/// Takes the character at the beginning of `text`, which is not empty, off it. What begins no
/// character, a surrogate too, is U+FFFD, as many times as for Java.
char32_t take_character(std::string_view& text);

/// `character` is at most U+10FFFF; a surrogate is written as three bytes.
void append_utf8(std::string& out, char32_t character);

/// `bytes` with U+FFFD for what is no character, as Java decodes UTF-8 (language.md §2).
std::string valid_utf8(std::string_view bytes);

/// The characters of a text, as take_character gives them.
std::u32string code_points(std::string_view text);

/// How many UTF-16 units a text of valid UTF-8 has: the length that Java sees.
std::size_t utf16_length(std::string_view text);

}  // namespace mogura::value
