// Text as Unicode, for files that may hold anything and limits that Java counts in UTF-16 units.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mogura::workflow {

/// `bytes` without a leading byte order mark, and with U+FFFD for each malformed sequence, as Java
/// decodes UTF-8 (language.md §2).
std::string decoded_utf8(std::string_view bytes);

/// The code points of well-formed UTF-8.
std::u32string code_points(std::string_view text);

/// How many UTF-16 units the text has: the length that Java sees.
std::size_t utf16_length(std::string_view text);

}  // namespace mogura::workflow
