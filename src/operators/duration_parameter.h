// Parameters that are durations such as `1h 30m` (operators.md §2.5).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "value/value.h"

namespace mogura::operators {

/// Absent where missing or null. Throws ConfigError "Expected class io.digdag.util.DurationParam
/// for key 'K' but got ..." on anything that is no duration, numbers included.
std::optional<std::chrono::seconds> find_duration(const Object& config, std::string_view key);

}  // namespace mogura::operators
