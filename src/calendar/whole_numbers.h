// Whole numbers in the texts of schedules: `-1`, `25:00:00`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mogura::calendar {

/// A 32-bit number: digits behind an optional sign; absent for anything else.
std::optional<std::int32_t> whole_number(std::string_view text);

/// The numbers between colons, colons at the end of `text` ignored; absent where a part is none.
/// They are wide enough to reckon with as hours in seconds.
std::optional<std::vector<std::int64_t>> colon_numbers(std::string_view text);

}  // namespace mogura::calendar
