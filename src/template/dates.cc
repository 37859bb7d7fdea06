#include "template/dates.h"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cmath>

namespace mogura::tmpl {
namespace {

constexpr double kDayMs = 86'400'000;
/// The times that a Date can hold end this far from 1970; zones are not asked beyond.
constexpr double kLargestTimeMs = 8.64e15;

constexpr std::array<const char*, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

Instant to_instant(double utc_ms) {
  return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(utc_ms))));
}

std::string date_part(const WallTime& wall) {
  const auto weekday = static_cast<std::size_t>(wall.weekday);
  const auto month = static_cast<std::size_t>(wall.month - 1);
  return fmt::format("{} {} {:02} {}{:04}", kWeekdays[weekday], kMonths[month], wall.day,
                     wall.year < 0 ? "-" : "", std::abs(wall.year));
}

std::string clock_part(const WallTime& wall) {
  return fmt::format("{:02}:{:02}:{:02}", wall.hour, wall.minute, wall.second);
}

Instant instant_of(const WallTime& wall, int offset_s) {
  return Instant() + std::chrono::days(days_since_1970(wall.year, wall.month, wall.day)) +
         std::chrono::hours(wall.hour) + std::chrono::minutes(wall.minute) +
         std::chrono::seconds(wall.second - offset_s);
}

}  // namespace

std::int64_t days_since_1970(int year, int month, int day) {
  // Counted in spans of 400 years, which all have 146097 days, from a year that begins with March.
  const std::int64_t shifted_year = month > 2 ? year : year - 1;
  const std::int64_t era = (shifted_year >= 0 ? shifted_year : shifted_year - 399) / 400;
  const std::int64_t year_of_era = shifted_year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t leap_days = year_of_era / 4 - year_of_era / 100;
  return era * 146097 + year_of_era * 365 + leap_days + day_of_year - 719468;
}

int offset_at(const calendar::TimeZone& zone, double utc_ms) {
  if (!(std::abs(utc_ms) <= kLargestTimeMs)) return 0;
  return zone.offset_seconds(to_instant(utc_ms));
}

int offset_of_local(const calendar::TimeZone& zone, double local_ms) {
  // No zone changes twice within two days, so one of these offsets counts at the local time.
  const int before = offset_at(zone, local_ms - kDayMs);
  const int after = offset_at(zone, local_ms + kDayMs);
  if (before == after || offset_at(zone, local_ms - before * 1000.0) == before) return before;
  return offset_at(zone, local_ms - after * 1000.0) == after ? after : before;
}

std::string local_date_text(const WallTime& wall, int offset_s, const calendar::TimeZone& zone,
                            DateForm form) {
  std::string text;
  if (form.date) text = date_part(wall);
  if (!form.time) return text;
  if (form.date) text += ' ';
  const int minutes = std::abs(offset_s) / 60;
  return text + fmt::format("{} GMT{}{:02}{:02} ({})", clock_part(wall), offset_s < 0 ? '-' : '+',
                            minutes / 60, minutes % 60,
                            zone.abbreviation(instant_of(wall, offset_s)));
}

std::string utc_date_text(const WallTime& wall) {
  const auto weekday = static_cast<std::size_t>(wall.weekday);
  const auto month = static_cast<std::size_t>(wall.month - 1);
  return fmt::format("{}, {:02} {} {}{:04} {} GMT", kWeekdays[weekday], wall.day, kMonths[month],
                     wall.year < 0 ? "-" : "", std::abs(wall.year), clock_part(wall));
}

}  // namespace mogura::tmpl
