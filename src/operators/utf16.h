// UTF-16 code units of texts, where Java's view of them shows: hashes, and names cut to 8 units.
#pragma once

#include <string>
#include <string_view>

namespace mogura::operators {

/// The code units of UTF-8 text; what is no character becomes U+FFFD.
std::u16string utf16(std::string_view text);

/// UTF-8 of code units; half a surrogate pair becomes `?`, as Java encodes it.
std::string utf8(std::u16string_view units);

}  // namespace mogura::operators
