// Times in the output of commands (cli.md §9.1).
#pragma once

#include <string>

#include "base/clock.h"
#include "calendar/time_zone.h"

namespace mogura::cli {

/// `2026-03-02 07:00:00 +0000 (in 22h 0m 0s)` or `... (3m 1s ago)`.
std::string time_with_distance(Instant time, Instant now, const calendar::TimeZone& zone);

/// Every line of `text` behind `indent`; the text ends without a line end.
std::string indented(std::string_view text, std::string_view indent);

}  // namespace mogura::cli
