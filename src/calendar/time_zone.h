// Time zones and local times (language.md §4, §12, §14.4; cli.md §9).
//
// Zone ids are Java's: region ids, `UTC`, `Z`, `+09:00`, `GMT+9` (shown as `GMT+09:00`). Regions
// come from the machine's tz database and are read when first asked for. All functions may be
// called from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace mogura::calendar {

/// A date and time of day without zone.
struct LocalTime {
  int year = 1970;
  int month = 1;  // 1-12
  int day = 1;    // 1-31
  int hour = 0;
  int minute = 0;
  int second = 0;
  auto operator<=>(const LocalTime&) const = default;
};

class TimeZone {
 public:
  /// The zone with this id; absent where Java knows none (abbreviations such as JST).
  static std::optional<TimeZone> find(std::string_view id);
  static TimeZone utc();
  /// The machine's: $TZ, else /etc/localtime.
  static TimeZone system();

  /// The id as Java shows it.
  const std::string& id() const;
  LocalTime to_local(Instant instant) const;
  /// Seconds east of UTC.
  int offset_seconds(Instant instant) const;
  /// In a gap the time moves forward by the gap, in an overlap the earlier offset counts. Fields
  /// beyond their range carry over (day 32, hour 24).
  Instant to_instant(const LocalTime& local) const;
  /// The same, but in an overlap the later offset (cron, execution.md §14.3).
  Instant to_instant_later(const LocalTime& local) const;
  /// The zone's short name at that time (`JST`, `PST`, `UTC`), as JavaScript's Date prints it.
  std::string abbreviation(Instant instant) const;

 private:
  struct Impl;
  explicit TimeZone(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  static std::optional<TimeZone> find_region(std::string_view id);
  static TimeZone fixed(std::string id, int offset_seconds);
  std::shared_ptr<const Impl> impl_;
};

// Texts of a time in a zone.
std::string iso_time(Instant instant, const TimeZone& zone);         // 2016-01-01T00:00:00+00:00
std::string iso_date(Instant instant, const TimeZone& zone);         // 2016-01-01
std::string compact_date(Instant instant, const TimeZone& zone);     // 20160101
std::string local_time_text(Instant instant, const TimeZone& zone);  // 2016-01-01 00:00:00
std::string offset_text(Instant instant, const TimeZone& zone);      // +0000
std::string compact_time(Instant instant, const TimeZone& zone);     // 20160101T000000+0000
std::string display_time(Instant instant, const TimeZone& zone);     // 2016-01-01 00:00:00 +0000
std::string display_time_millis(Instant instant, const TimeZone& zone);  // ... 00:00:00.000 +0000
/// 2016-01-01T00:00:00Z; a fraction follows the seconds in 3 or 6 digits where it is not zero.
std::string utc_iso(Instant instant);

/// The start of the hour and of the day that `time` is in.
Instant start_of_hour(Instant time, const TimeZone& zone);
Instant start_of_day(Instant time, const TimeZone& zone);

/// `yyyy-MM-dd'T'HH:mm:ssxxx` exactly (language.md §12).
std::optional<Instant> parse_iso_time(std::string_view text);
/// An ISO date-time with offset or `Z`; seconds and a fraction of up to 9 digits are optional
/// (java.time.Instant parameters). What is finer than a microsecond is dropped.
std::optional<Instant> parse_instant(std::string_view text);
/// The same, with an optional zone behind it: `2016-01-01T00:00:00+09:00[Asia/Tokyo]`
/// (rest-api.md §1.2).
std::optional<Instant> parse_zoned_instant(std::string_view text);
/// An ISO date-time without offset, seconds and fraction optional; the fraction is dropped
/// (rest-api.md §1.2, operators.md §2.5).
std::optional<LocalTime> parse_iso_local_time(std::string_view text);
/// `yyyyMMdd'T'HHmmss±hhmm`.
std::optional<Instant> parse_compact_time(std::string_view text);
/// `yyyy-MM-dd` or `yyyy-MM-dd HH:mm:ss` as strictly as cli.md §9.2.
std::optional<LocalTime> parse_local_time(std::string_view text);
/// `yyyy-MM-dd HH:mm:ss ±hhmm` as strictly as cli.md §9.2 (the "instant" form without UNIX times).
std::optional<Instant> parse_display_time(std::string_view text);

}  // namespace mogura::calendar
