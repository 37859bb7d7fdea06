#include "calendar/schedule.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "value/json.h"

namespace mogura::calendar {
namespace {

Object section(std::string_view json) {
  return value::parse_json(json).as_object();
}

std::unique_ptr<Schedule> schedule_of(std::string_view json, std::string_view zone = "UTC") {
  return make_schedule(section(json), *TimeZone::find(zone));
}

std::string schedule_problem(std::string_view json) {
  try {
    schedule_of(json);
  } catch (const Error& error) {
    return error.text();
  }
  return "accepted";
}

Instant when(std::string_view utc) {
  return *parse_instant(utc);
}

std::string shown(const ScheduleTime& time) {
  return utc_iso(time.session_time) + " " + utc_iso(time.run_time);
}

struct FirstCase {
  const char* config;
  const char* zone;
  const char* from;
  const char* first;  // session time and run time
};

const FirstCase kFirstCases[] = {
    {R"({"hourly>": "30:00"})", "UTC", "2030-05-06T07:08:09Z",
     "2030-05-06T07:00:00Z 2030-05-06T07:30:00Z"},
    {R"({"hourly>": "30:00"})", "UTC", "2030-05-06T07:30:00Z",
     "2030-05-06T07:00:00Z 2030-05-06T07:30:00Z"},
    {R"({"hourly>": "30:00"})", "UTC", "2030-05-06T07:30:00.000001Z",
     "2030-05-06T08:00:00Z 2030-05-06T08:30:00Z"},
    {R"({"daily>": "10:00:00"})", "Asia/Tokyo", "2030-05-06T00:00:00Z",
     "2030-05-05T15:00:00Z 2030-05-06T01:00:00Z"},
    {R"({"daily>": "10:00:00"})", "America/Los_Angeles", "2016-03-13T08:00:00Z",
     "2016-03-13T08:00:00Z 2016-03-13T18:00:00Z"},
    {R"({"daily>": "25:00:00"})", "UTC", "2030-05-06T00:30:00Z",
     "2030-05-05T00:00:00Z 2030-05-06T01:00:00Z"},
    {R"({"daily>": "-1:00:00"})", "UTC", "2030-05-06T00:30:00Z",
     "2030-05-07T00:00:00Z 2030-05-06T23:00:00Z"},
    {R"({"daily>": "00:99:00"})", "UTC", "2030-05-06T00:30:00Z",
     "2030-05-06T00:00:00Z 2030-05-06T01:39:00Z"},
    {R"({"weekly>": "Sun,09:00:00"})", "UTC", "2030-05-06T00:00:00Z",
     "2030-05-12T00:00:00Z 2030-05-12T09:00:00Z"},
    {R"({"weekly>": "7,09:00:00"})", "UTC", "2030-05-06T00:00:00Z",
     "2030-05-12T00:00:00Z 2030-05-12T09:00:00Z"},
    {R"({"weekly>": "sat-sun,09:00:00"})", "UTC", "2030-05-06T00:00:00Z",
     "2030-05-11T00:00:00Z 2030-05-11T09:00:00Z"},
    {R"({"monthly>": "1,09:00:00"})", "UTC", "2030-05-06T00:00:00Z",
     "2030-06-01T00:00:00Z 2030-06-01T09:00:00Z"},
    {R"({"monthly>": "-1,09:00:00"})", "UTC", "2030-05-06T00:00:00Z",
     "2030-06-01T00:00:00Z 2030-06-01T09:00:00Z"},
    {R"({"minutes_interval>": 15})", "UTC", "2030-05-06T07:46:09Z",
     "2030-05-06T08:00:00Z 2030-05-06T08:00:00Z"},
    {R"({"minutes_interval>": "45"})", "UTC", "2030-05-06T07:40:09Z",
     "2030-05-06T07:45:00Z 2030-05-06T07:45:00Z"},
    {R"({"cron>": "42 4 1 * *", "delay": 60})", "UTC", "2030-05-06T00:00:00Z",
     "2030-06-01T04:42:00Z 2030-06-01T04:43:00Z"},
    {R"({"seconds_interval>": 7})", "UTC", "1970-01-01T00:00:08.5Z",
     "1970-01-01T00:00:14Z 1970-01-01T00:00:14Z"},
    {R"({"seconds_interval>": 7, "delay": 3})", "UTC", "1970-01-01T00:00:14Z",
     "1970-01-01T00:00:14Z 1970-01-01T00:00:17Z"},
    {R"({"seconds_interval>": 7})", "UTC", "1969-12-31T23:59:55Z",
     "1970-01-01T00:00:00Z 1970-01-01T00:00:00Z"},
    {R"({"_type": "daily", "_command": "10:00:00"})", "UTC", "2030-05-06T00:00:00Z",
     "2030-05-06T00:00:00Z 2030-05-06T10:00:00Z"},
    {R"({"daily>": null, "at": "10:00:00"})", "UTC", "2030-05-06T00:00:00Z",
     "2030-05-06T00:00:00Z 2030-05-06T10:00:00Z"},
    // Start and end: the session times of a day, the end's included.
    {R"({"daily>": "07:00:00", "start": "2099-01-10"})", "UTC", "2030-05-06T00:00:00Z",
     "2099-01-10T00:00:00Z 2099-01-10T07:00:00Z"},
    {R"({"cron>": "0 12 * * *", "start": "2099-01-10"})", "Asia/Tokyo", "2030-05-06T00:00:00Z",
     "2099-01-10T03:00:00Z 2099-01-10T03:00:00Z"},
    {R"({"daily>": "10:00:00", "end": "2024-01-02"})", "Asia/Tokyo", "2024-01-02T00:00:00Z",
     "2024-01-01T15:00:00Z 2024-01-02T01:00:00Z"},
    {R"({"daily>": "10:00:00", "end": "2024-01-02"})", "Asia/Tokyo", "2024-01-02T01:00:01Z",
     "9999-01-01T00:00:00Z 9999-01-01T00:00:00Z"},
    {R"({"monthly>": "1,00:00:00", "start": "2024-01-02", "end": "2024-01-30"})", "UTC",
     "2020-01-01T00:00:00Z", "9999-01-01T00:00:00Z 9999-01-01T00:00:00Z"},
};

TEST(Schedule, First) {
  for (const FirstCase& row : kFirstCases) {
    EXPECT_EQ(shown(schedule_of(row.config, row.zone)->first(when(row.from))), row.first)
        << row.config << " from " << row.from;
  }
}

struct NeighbourCase {
  const char* config;
  const char* session;
  const char* last;
  const char* next;
};

const NeighbourCase kNeighbourCases[] = {
    {R"({"hourly>": "30:00"})", "2024-03-05T10:00:00Z", "2024-03-05T09:00:00Z",
     "2024-03-05T11:00:00Z"},
    {R"({"minutes_interval>": 45})", "2024-03-05T10:00:00Z", "2024-03-05T09:45:00Z",
     "2024-03-05T10:45:00Z"},
    {R"({"minutes_interval>": 45})", "2024-03-05T10:45:00Z", "2024-03-05T10:00:00Z",
     "2024-03-05T11:00:00Z"},
    {R"({"daily>": "07:00:00"})", "2024-03-05T00:00:00Z", "2024-03-04T00:00:00Z",
     "2024-03-06T00:00:00Z"},
    {R"({"monthly>": "1,00:00:00"})", "2024-03-01T00:00:00Z", "2024-02-01T00:00:00Z",
     "2024-04-01T00:00:00Z"},
    {R"({"seconds_interval>": 7})", "1970-01-01T00:00:14Z", "1970-01-01T00:00:07Z",
     "1970-01-01T00:00:21Z"},
    {R"({"seconds_interval>": 7})", "1970-01-01T00:00:15Z", "1970-01-01T00:00:14Z",
     "1970-01-01T00:00:21Z"},
    // Neither start nor end keeps the past away.
    {R"({"daily>": "07:00:00", "start": "2099-01-10"})", "2024-03-05T00:00:00Z",
     "2024-03-04T00:00:00Z", "2099-01-10T00:00:00Z"},
    // Irregular times: two steps back lies no match, so that the instant itself is returned.
    {R"({"cron>": "0 0 * * 1-5"})", "2024-03-04T00:00:00Z", "2024-03-02T00:00:00Z",
     "2024-03-05T00:00:00Z"},
    {R"({"cron>": "0 9-17 * * *"})", "2024-03-04T09:00:00Z", "2024-03-04T07:00:00Z",
     "2024-03-04T10:00:00Z"},
};

TEST(Schedule, LastAndNext) {
  for (const NeighbourCase& row : kNeighbourCases) {
    const auto schedule = schedule_of(row.config);
    EXPECT_EQ(utc_iso(schedule->last(when(row.session)).session_time), row.last) << row.config;
    EXPECT_EQ(utc_iso(schedule->next(when(row.session)).session_time), row.next) << row.config;
  }
}

TEST(Schedule, EndsOnce) {
  const auto schedule = schedule_of(R"({"daily>": "00:00:00"})");
  const ScheduleTime over = {kScheduleOver, kScheduleOver};
  EXPECT_EQ(schedule->next(kScheduleOver), over);
  EXPECT_EQ(schedule->first(Instant::max()), over);
  EXPECT_LT(schedule->last(Instant::max()).session_time, kScheduleOver);
}

struct ProblemCase {
  const char* config;
  const char* problem;
};

const ProblemCase kProblemCases[] = {
    {R"({"time": "10:00"})",
     R"(Schedule config requires 'type>: at' parameter: {"time":"10:00"} (config))"},
    {R"({"yearly>": "x"})", "Unknown scheduler type: yearly (config)"},
    {R"({"_type": null})", "Parameter '_type' is required but null (config)"},
    {R"({"hourly>": "30"})", "hourly>: scheduler requires mm:ss format: 30 (config)"},
    {R"({"hourly>": "10:00:00"})", "hourly>: scheduler requires mm:ss format: 10:00:00 (config)"},
    {R"({"daily>": "10:00"})", "daily> scheduler requires hh:mm:ss format: 10:00 (config)"},
    {R"({"daily>": "7am"})", "daily> scheduler requires hh:mm:ss format: 7am (config)"},
    {R"({"daily>": "aa:bb:cc"})", "daily> scheduler requires hh:mm:ss format: aa:bb:cc (config)"},
    {R"({"daily>": "1: 2:3"})", "daily> scheduler requires hh:mm:ss format: 1: 2:3 (config)"},
    {R"({"daily>": null})", "Parameter 'at' is required but not set (config)"},
    {R"({"daily>": ["1"]})",
     R"(Expected string type for key '_command' but got ["1"] (array) (config))"},
    {R"({"daily>": "999999999:00:00"})",
     "A schedule's delay must be within 36525 days: 3599999996400 seconds (config)"},
    {R"({"weekly>": "10:00:00"})",
     "weekly>: scheduler requires day,hh:mm:ss format: 10:00:00 (config)"},
    {R"({"weekly>": "xyz,10:00:00"})",
     "weekly>: scheduler requires day,hh:mm:ss format: xyz,10:00:00 (config)"},
    {R"({"weekly>": "Mon,Tue,10:00:00"})",
     "weekly> scheduler requires hh:mm:ss format: Tue,10:00:00 (config)"},
    {R"({"weekly>": "1|2 3 4 5 6,10:00:00"})",
     "weekly>: scheduler requires day,hh:mm:ss format: 1|2 3 4 5 6,10:00:00 (config)"},
    {R"({"weekly>": "-1,10:00:00"})", "weekly>: invalid day: -1 (config)"},
    {R"({"weekly>": "Mon,7am"})", "weekly> scheduler requires hh:mm:ss format: 7am (config)"},
    {R"({"monthly>": "L,10:00:00"})",
     "monthly>: scheduler requires day,hh:mm:ss format: L,10:00:00 (config)"},
    {R"({"monthly>": "1,7am"})", "monthly> scheduler requires hh:mm:ss format: 7am (config)"},
    {R"({"seconds_interval>": 0})", "seconds_interval>: must be positive: 0 (config)"},
    {R"({"minutes_interval>": "x"})",
     R"(Expected integer (int) type for key '_command' but got "x" (string) (config))"},
    {R"({"cron>": "0 * * * *", "delay": 99999999999})",
     "A schedule's delay must be within 36525 days: 99999999999 seconds (config)"},
    {R"({"cron>": "every day"})", R"(invalid pattern: "every day" (invalid pattern))"},
    {R"({"cron>": "0 0 30 2 *"})",
     R"(invalid pattern: "0 0 30 2 *" never matches (invalid pattern))"},
    {R"({"daily>": "07:00:00", "start": "soon"})",
     "Invalid start: soon (Text 'soon' could not be parsed at index 0) (config)"},
    {R"({"daily>": "07:00:00", "end": "2030-02-30"})",
     "Invalid end: 2030-02-30 (Text '2030-02-30' could not be parsed: Invalid date 'FEBRUARY 30') "
     "(config)"},
    {R"({"daily>": "07:00:00", "start": "2030-03-02", "end": "2030-03-01"})",
     "The schedule of end is earlier than start (config)"},
    {R"({"daily>": "07:00:00", "start": "2030-03-02", "end": "2030-03-02"})", "accepted"},
    {R"({"seconds_interval>": 5, "start": "soon"})", "accepted"},
};

TEST(Schedule, RefusesWithDigdagsTexts) {
  for (const ProblemCase& row : kProblemCases) {
    EXPECT_EQ(schedule_problem(row.config), row.problem) << row.config;
  }
  for (const char* config : {R"({"minutes_interval>": 0})", R"({"minutes_interval>": -5})",
                             R"({"monthly>": "32,00:00:00"})", R"({"monthly>": "0,00:00:00"})"}) {
    EXPECT_TRUE(schedule_problem(config).ends_with("(invalid pattern)")) << config;
  }
}

TEST(Schedule, TellsUnusedKeys) {
  EXPECT_TRUE(unused_schedule_keys(
                  section(
                      R"({"daily>": "07:00:00", "skip_on_overtime": true, "skip_delayed_by": "1h",
          "start": "2020-01-01", "end": "2020-01-02"})"))
                  .empty());
  EXPECT_EQ(unused_schedule_keys(section(R"({"strat": 1, "cron>": "", "delay": 2, "daily>": 3,
                                              "skip_on_overtim": true})")),
            (std::vector<std::string>{
                "Parameter 'strat' is not used at schedule. > Did you mean '[start]'?",
                "Parameter 'delay' is not used at schedule. ",
                "Parameter 'daily>' is not used at schedule. ",
                "Parameter 'skip_on_overtim' is not used at schedule. > Did you mean "
                "'[skip_on_overtime]'?"}));
}

struct SlaCase {
  const char* sla;
  const char* zone;
  const char* run_time;
  const char* due;  // or the problem
};

const SlaCase kSlaCases[] = {
    {R"({"time": "10:00"})", "UTC", "2030-05-06T07:08:09Z", "2030-05-06T10:00:00Z"},
    {R"({"time": "10:00:30"})", "Asia/Tokyo", "2030-05-06T00:00:00Z", "2030-05-06T01:00:30Z"},
    {R"({"time": "10:00"})", "UTC", "2030-05-06T10:00:00Z", "2030-05-06T10:00:00Z"},
    {R"({"time": "10:00"})", "UTC", "2030-05-06T10:00:01Z", "2030-05-07T10:00:00Z"},
    {R"({"time": "10:00"})", "UTC", "2030-05-06T10:00:00.5Z", "2030-05-06T10:00:00.500Z"},
    {R"({"time": "25:00"})", "UTC", "2030-05-06T10:00:00Z", "2030-05-07T01:00:00Z"},
    {R"({"time": "02:30"})", "America/Los_Angeles", "2016-03-13T08:00:00Z", "2016-03-13T10:30:00Z"},
    {R"({"duration": "01:30"})", "UTC", "2030-05-06T07:08:09Z", "2030-05-06T08:38:09Z"},
    {R"({"duration": "00:00:05", "time": null})", "UTC", "2030-05-06T07:08:09Z",
     "2030-05-06T07:08:14Z"},
    {R"({"duration": "100:00"})", "UTC", "2030-05-06T07:08:09Z", "2030-05-10T11:08:09Z"},
    {R"({})", "UTC", "2030-05-06T07:08:09Z",
     "SLA must be specified using either the 'time' or 'duration' option"},
    {R"({"time": "1:00", "duration": "1:00"})", "UTC", "2030-05-06T07:08:09Z",
     "SLA must be specified using either the 'time' or 'duration' option"},
    {R"({"time": 5})", "UTC", "2030-05-06T07:08:09Z",
     "SLA time option needs to be HH:MM or HH:MM:SS format: Optional.of(5)"},
    {R"({"time": "1:2:3:4"})", "UTC", "2030-05-06T07:08:09Z",
     "SLA time option needs to be HH:MM or HH:MM:SS format: Optional.of(1:2:3:4)"},
    {R"({"duration": "5m"})", "UTC", "2030-05-06T07:08:09Z",
     "SLA duration option needs to be HH:MM or HH:MM:SS format: Optional.absent()"},
};

TEST(Sla, IsDue) {
  for (const SlaCase& row : kSlaCases) {
    std::string outcome;
    try {
      outcome = utc_iso(sla_due(section(row.sla), when(row.run_time), *TimeZone::find(row.zone)));
    } catch (const ConfigError& error) {
      outcome = error.message();
    }
    EXPECT_EQ(outcome, row.due) << row.sla;
  }
}

}  // namespace
}  // namespace mogura::calendar
