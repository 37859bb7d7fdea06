// Dates without leniency, as the `start` and `end` of a schedule are (execution.md §14.1).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "calendar/time_zone.h"

namespace mogura::calendar {

/// The midnight of `yyyy-MM-dd`, or what is wrong in the words of Java's parser: "Text '2030-02-30'
/// could not be parsed: Invalid date 'FEBRUARY 30'".
std::expected<LocalTime, std::string> parse_strict_date(std::string_view text);

}  // namespace mogura::calendar
