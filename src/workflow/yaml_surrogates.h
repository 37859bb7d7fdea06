// JSON writes a character beyond U+FFFF as the escapes of two surrogates, and many programs paste
// JSON into YAML. libyaml refuses such escapes.
#pragma once

#include <string>

namespace mogura::workflow {

/// The YAML text with each pair like `\ud83d\ude00` in a double-quoted scalar written as
/// `\U0001f600`; half a pair stays as it is. `text` is well-formed UTF-8 without byte order mark,
/// otherwise it may be anything.
/// Throws UnspacedColon.
std::string with_joined_surrogates(std::string text);

}  // namespace mogura::workflow
