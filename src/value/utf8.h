// Characters of texts in UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace mogura::value {

/// Stands for what is no character.
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

/// Takes the character at the beginning of `text`, which is not empty, off it. A byte that begins
/// no character is one U+FFFD.
char32_t take_character(std::string_view& text);

/// `character` is one: at most U+10FFFF and no surrogate.
void append_utf8(std::string& out, char32_t character);

/// `bytes` with U+FFFD for each byte that belongs to no character.
std::string valid_utf8(std::string_view bytes);

}  // namespace mogura::value
