// The proleptic Gregorian calendar.
#pragma once

namespace mogura::calendar {

/// 28 to 31; `month` is 1 to 12.
int days_in_month(int year, int month);

/// 0 is Sunday. The date exists.
int weekday_of(int year, int month, int day);

}  // namespace mogura::calendar
