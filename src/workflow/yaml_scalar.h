// What a scalar means: Digdag's implicit types (language.md §2.1) and the explicit standard tags
// (§2.2).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "value/value.h"

namespace mogura::workflow {

inline constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";

/// Digits of an integer that is not written in decimal; longer ones are refused, because turning
/// them into decimal costs time that grows with the square of the length.
inline constexpr std::size_t kMaxRadixDigits = 10'000;

/// The value of a plain scalar, or what is wrong with it. Infinity and not-a-number become texts.
std::expected<Value, std::string> plain_scalar(std::string_view text);

/// The value of a scalar with the standard tag `!!NAME`; absent for a tag that is not of scalars.
std::optional<std::expected<Value, std::string>> tagged_scalar(std::string_view name,
                                                               std::string_view text);

}  // namespace mogura::workflow
