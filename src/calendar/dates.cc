#include "calendar/dates.h"

#include <absl/time/civil_time.h>

namespace mogura::calendar {

int days_in_month(int year, int month) {
  return (absl::CivilDay(absl::CivilMonth(year, month) + 1) - 1).day();
}

int weekday_of(int year, int month, int day) {
  const absl::Weekday weekday = absl::GetWeekday(absl::CivilDay(year, month, day));
  return (static_cast<int>(weekday) + 1) % 7;
}

}  // namespace mogura::calendar
