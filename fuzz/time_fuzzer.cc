#include "calendar/duration.h"
#include "calendar/schedule.h"
#include "calendar/time_zone.h"
#include "fuzz/fuzz.h"

namespace calendar = mogura::calendar;
using mogura::fuzz::check;

namespace {

void read_times(std::string_view text) {
  calendar::parse_iso_time(text);
  calendar::parse_instant(text);
  calendar::parse_compact_time(text);
  if (const auto local = calendar::parse_local_time(text)) {
    const calendar::TimeZone utc = calendar::TimeZone::utc();
    check(utc.to_local(utc.to_instant(*local)) == *local, "UTC has every local time once");
  }
}

void read_zone(std::string_view text) {
  const auto zone = calendar::TimeZone::find(text);
  if (!zone) return;
  const auto again = calendar::TimeZone::find(zone->id());
  check(again && again->id() == zone->id(), "the id of a zone finds it");
}

void read_duration(std::string_view text) {
  const auto duration = calendar::parse_duration(text);
  if (!duration || duration->count() == 0) return;
  check(calendar::parse_duration(calendar::duration_text(*duration)) == duration,
        "a duration reads back");
}

void read_schedule(std::string_view kind, std::string_view text) {
  static const mogura::Instant from{std::chrono::hours(24 * 365 * 54)};
  mogura::Object config;
  config.set(kind, text);
  const auto schedule = calendar::make_schedule(config, calendar::TimeZone::utc());
  const calendar::ScheduleTime first = schedule->first(from);
  check(first.run_time >= from, "the first run is not before the time asked for");
  check(schedule->next(first.session_time).session_time > first.session_time, "time goes on");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  mogura::fuzz::try_input(bytes, size, read_times);
  mogura::fuzz::try_input(bytes, size, read_zone);
  mogura::fuzz::try_input(bytes, size, read_duration);
  for (const std::string_view kind :
       {"cron>", "daily>", "hourly>", "weekly>", "monthly>", "minutes_interval>"}) {
    mogura::fuzz::try_input(bytes, size, [&](std::string_view text) { read_schedule(kind, text); });
  }
  return 0;
}
