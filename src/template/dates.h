// JavaScript's dates in a time zone (language.md §11.5): local times by ECMAScript's rules, and the
// texts that Date reads and writes. Times are milliseconds since 1970, as JavaScript counts them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "calendar/time_zone.h"

namespace mogura::tmpl {

/// A time on the calendar, as one reads it from the wall.
struct WallTime {
  int year;
  int month;  // 1-12
  int day;    // 1-31
  int hour;
  int minute;
  int second;
  int weekday;  // 0 is Sunday
};

/// Days from 1970-01-01 to a date of the Gregorian calendar; the day may be beyond the month's end.
std::int64_t days_since_1970(int year, int month, int day);

/// Seconds east of UTC at a time.
int offset_at(const calendar::TimeZone& zone, double utc_ms);

/// Seconds east of UTC at a local time: the earlier offset where the local time occurs twice, the
/// one before the gap where it does not occur.
int offset_of_local(const calendar::TimeZone& zone, double local_ms);

/// What Date.parse() makes of a text: ISO 8601, the texts that dates are printed as, and the usual
/// English forms such as `Mar 5, 2024 10:00` and `2024/03/05`; not a number for anything else.
double parse_date(std::string_view text, const calendar::TimeZone& zone);

struct DateForm {
  bool date;
  bool time;
};

/// `Mon Jul 01 2024 03:00:00 GMT+0900 (JST)`, or its date or time alone.
std::string local_date_text(const WallTime& wall, int offset_s, const calendar::TimeZone& zone,
                            DateForm form);
/// `Sun, 30 Jun 2024 18:00:00 GMT`.
std::string utc_date_text(const WallTime& wall);

}  // namespace mogura::tmpl
