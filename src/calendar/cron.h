// Cron texts, in the dialect of Digdag's schedules (execution.md §14.2).
//
//   "*/20 9-17/4 * jan,mar mon-fri"      minute, hour, day of month, month, day of week
//   "0 5 * * * | 0 20 L * *"             either; the second on the last day of the month
//
// All five fields must match, also both day fields.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "calendar/time_zone.h"

namespace mogura::calendar {

class CronPattern {
 public:
  /// Throws Error of kind "invalid pattern" where `text` is none, and where one of its alternatives
  /// can never match (30 February).
  static CronPattern parse(std::string_view text);

  /// Whether the minute that holds `instant` matches.
  bool matches(Instant instant, const TimeZone& zone) const;

  /// The first match after the minute that holds `instant`: the next minute if that matches, else
  /// the next local time that matches, forward out of a gap and the later one in an overlap
  /// (execution.md §14.3).
  Instant next_after(Instant instant, const TimeZone& zone) const;

 private:
  // The values that match, as bits.
  struct Alternative {
    std::uint64_t minutes = 0;
    std::uint64_t hours = 0;
    std::uint64_t days = 0;  // bit kLastDay: the last day of the month
    std::uint64_t months = 0;
    std::uint64_t weekdays = 0;  // 0 is Sunday
  };
  static Alternative parse_alternative(std::string_view text);
  static bool day_matches(const Alternative& alternative, int year, int month, int day);
  static bool matches(const Alternative& alternative, const LocalTime& local);
  static LocalTime first_from(const Alternative& alternative, const LocalTime& from);

  std::vector<Alternative> alternatives_;
};

}  // namespace mogura::calendar
