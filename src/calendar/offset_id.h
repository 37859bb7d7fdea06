// Offsets from UTC as Java writes them: `+9`, `+09`, `+0900`, `+09:00`, `+090000`, `+09:00:00`,
// `Z`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mogura::calendar {

/// No offset is farther from UTC than this.
inline constexpr int kMaxOffsetSeconds = 18 * 3600;

/// Seconds east of UTC; absent for any other form and beyond kMaxOffsetSeconds.
std::optional<int> parse_offset_id(std::string_view text);

/// `Z`, `+09:00` or `+09:00:30`.
std::string offset_id(int offset_seconds);

}  // namespace mogura::calendar
