// Regular expressions of java.util.regex, for the methods that Java's String adds to JavaScript's
// (language.md §11.5). Texts are CESU-8, as the JavaScript engine has them; `.` and classes match
// whole characters.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace mogura::tmpl {

/// Whether the pattern matches the whole text. An error is the text of Java's exception.
std::expected<bool, std::string> java_matches(std::string_view text, std::string_view pattern);

enum class Replace { first, all };

/// Replaces what matches; `$1` and `${name}` in `replacement` stand for groups, a backslash for the
/// character behind it.
std::expected<std::string, std::string> java_replace(std::string_view text,
                                                     std::string_view pattern,
                                                     std::string_view replacement, Replace which);

}  // namespace mogura::tmpl
