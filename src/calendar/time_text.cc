#include <fmt/core.h>

#include <cstdlib>

#include "calendar/time_zone.h"

namespace mogura::calendar {
namespace {

std::string date_text(const LocalTime& t) {
  return fmt::format("{:04}-{:02}-{:02}", t.year, t.month, t.day);
}

std::string clock_text(const LocalTime& t) {
  return fmt::format("{:02}:{:02}:{:02}", t.hour, t.minute, t.second);
}

// `+09:00` or `+0900`. Offsets of less than a minute have no sign of their own.
std::string hours_and_minutes(int offset_seconds, const char* separator) {
  const int minutes = std::abs(offset_seconds) / 60;
  const char sign = offset_seconds < 0 && minutes != 0 ? '-' : '+';
  return fmt::format("{}{:02}{}{:02}", sign, minutes / 60, separator, minutes % 60);
}

int micros_of_second(Instant instant) {
  return static_cast<int>((instant - std::chrono::floor<std::chrono::seconds>(instant)).count());
}

}  // namespace

std::string iso_time(Instant instant, const TimeZone& zone) {
  const LocalTime local = zone.to_local(instant);
  return date_text(local) + "T" + clock_text(local) +
         hours_and_minutes(zone.offset_seconds(instant), ":");
}

std::string iso_date(Instant instant, const TimeZone& zone) {
  return date_text(zone.to_local(instant));
}

std::string compact_date(Instant instant, const TimeZone& zone) {
  const LocalTime local = zone.to_local(instant);
  return fmt::format("{:04}{:02}{:02}", local.year, local.month, local.day);
}

std::string local_time_text(Instant instant, const TimeZone& zone) {
  const LocalTime local = zone.to_local(instant);
  return date_text(local) + " " + clock_text(local);
}

std::string offset_text(Instant instant, const TimeZone& zone) {
  return hours_and_minutes(zone.offset_seconds(instant), "");
}

std::string compact_time(Instant instant, const TimeZone& zone) {
  const LocalTime local = zone.to_local(instant);
  return fmt::format("{}T{:02}{:02}{:02}{}", compact_date(instant, zone), local.hour, local.minute,
                     local.second, offset_text(instant, zone));
}

std::string display_time(Instant instant, const TimeZone& zone) {
  return local_time_text(instant, zone) + " " + offset_text(instant, zone);
}

std::string display_time_millis(Instant instant, const TimeZone& zone) {
  return fmt::format("{}.{:03} {}", local_time_text(instant, zone),
                     micros_of_second(instant) / 1000, offset_text(instant, zone));
}

std::string utc_iso(Instant instant) {
  const LocalTime local = TimeZone::utc().to_local(instant);
  const int micros = micros_of_second(instant);
  std::string fraction;
  if (micros % 1000 != 0) {
    fraction = fmt::format(".{:06}", micros);
  } else if (micros != 0) {
    fraction = fmt::format(".{:03}", micros / 1000);
  }
  return date_text(local) + "T" + clock_text(local) + fraction + "Z";
}

}  // namespace mogura::calendar
