// The invariant S3 of execution.md §24, for random cron texts, zones and instants.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.h"
#include "calendar/cron.h"
#include "calendar/schedule.h"

namespace mogura::calendar {
namespace {

rc::Gen<std::string> field_gen(int min, int max) {
  return rc::gen::apply(
      [](int form, int a, int b, int step) {
        switch (form) {
          case 0:
            return std::string("*");
          case 1:
            return std::to_string(a);
          case 2:
            return std::to_string(a) + "-" + std::to_string(b);
          case 3:
            return "*/" + std::to_string(step);
          default:
            return std::to_string(a) + "," + std::to_string(b);
        }
      },
      rc::gen::inRange(0, 5), rc::gen::inRange(min, max + 1), rc::gen::inRange(min, max + 1),
      rc::gen::inRange(1, 20));
}

rc::Gen<std::string> cron_gen() {
  return rc::gen::apply(
      [](const std::string& a, const std::string& b, const std::string& c, const std::string& d,
         const std::string& e) { return a + " " + b + " " + c + " " + d + " " + e; },
      field_gen(0, 59), field_gen(0, 23), field_gen(1, 31), field_gen(1, 12), field_gen(0, 7));
}

rc::Gen<TimeZone> zone_gen() {
  return rc::gen::map(rc::gen::elementOf(std::vector<std::string>{
                          "UTC", "Asia/Tokyo", "America/Los_Angeles", "Europe/Dublin",
                          "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "+09:30"}),
                      [](const std::string& id) { return *TimeZone::find(id); });
}

rc::Gen<Instant> instant_gen() {
  // 2000 to 2040, by the microsecond.
  return rc::gen::map(rc::gen::inRange<std::int64_t>(946'684'800'000'000, 2'208'988'800'000'000),
                      [](std::int64_t micros) { return Instant(Duration(micros)); });
}

std::optional<CronPattern> pattern_of(const std::string& text) {
  try {
    return CronPattern::parse(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Whether no local time was skipped shortly before, as in a gap.
bool regular(Instant instant, const TimeZone& zone) {
  return zone.offset_seconds(instant) == zone.offset_seconds(instant - std::chrono::hours(3));
}

RC_GTEST_PROP(ScheduleProperty, NextMatchIsLaterAndMatches, ()) {
  const std::string text = *cron_gen();
  const TimeZone zone = *zone_gen();
  const Instant from = *instant_gen();
  const std::optional<CronPattern> pattern = pattern_of(text);
  RC_PRE(pattern.has_value());
  const Instant next = pattern->next_after(from, zone);
  RC_ASSERT(next > from);
  RC_ASSERT(!regular(next, zone) || pattern->matches(next, zone));
}

RC_GTEST_PROP(ScheduleProperty, NoMatchIsLeftOut, ()) {
  const std::string text = *cron_gen();
  const TimeZone zone = *zone_gen();
  const Instant from = std::chrono::floor<std::chrono::minutes>(*instant_gen());
  const std::optional<CronPattern> pattern = pattern_of(text);
  RC_PRE(pattern.has_value());
  const Instant next = pattern->next_after(from, zone);
  // A look at each of the next two days' minutes.
  for (Instant minute = from + std::chrono::minutes(1);
       minute < std::min(next, from + std::chrono::hours(48)); minute += std::chrono::minutes(1)) {
    RC_ASSERT(!regular(minute + std::chrono::hours(3), zone) || !regular(minute, zone) ||
              !pattern->matches(minute, zone));
  }
}

RC_GTEST_PROP(ScheduleProperty, FirstNextAndLastAgree, ()) {
  const std::string text = *cron_gen();
  const int delay = *rc::gen::inRange(-100'000, 100'000);
  const TimeZone zone = *zone_gen();
  const Instant from = *instant_gen();
  RC_PRE(pattern_of(text).has_value());
  const auto schedule = make_schedule(Object{{"cron>", text}, {"delay", delay}}, zone);

  const ScheduleTime first = schedule->first(from);
  RC_ASSERT(first.run_time >= from);
  RC_ASSERT(first.run_time == first.session_time + std::chrono::seconds(delay));
  RC_ASSERT(schedule->first(first.run_time) == first);
  const ScheduleTime next = schedule->next(first.session_time);
  RC_ASSERT(next.session_time > first.session_time);
  RC_ASSERT(schedule->last(first.session_time).session_time < first.session_time);
}

RC_GTEST_PROP(ScheduleProperty, ParsingAnyTextEnds, ()) {
  const std::string text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("0123456789*/-,|LlW?# \tabcdefghijklmnopqrstuvwxyz\xFF")));
  if (const std::optional<CronPattern> pattern = pattern_of(text)) {
    RC_ASSERT(pattern->next_after(Instant{}, TimeZone::utc()) > Instant{});
  }
}

}  // namespace
}  // namespace mogura::calendar
