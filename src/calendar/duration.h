// Durations such as `1h 30m` (language.md §14.4, operators.md §2.5).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mogura::calendar {

/// Durations beyond this (about 2700 years) are refused.
inline constexpr std::chrono::seconds kMaxDuration = std::chrono::days(1'000'000);

/// `1d 2h 3m 4s`, any non-empty part of it in this order, blanks and case free; absent for anything
/// else.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// The same form, zero parts left out.
std::string duration_text(std::chrono::seconds duration);
/// `2h 3m 4s`, `3m 4s` or `4s` (cli.md §9.1).
std::string elapsed_text(std::chrono::seconds duration);

}  // namespace mogura::calendar
