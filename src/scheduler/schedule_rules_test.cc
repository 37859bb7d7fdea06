#include "scheduler/schedule_rules.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "value/json.h"

namespace mogura::scheduler {
namespace {

Instant at(std::string_view utc) {
  return *calendar::parse_instant(utc);
}

WorkflowSchedule schedule_of(std::string_view section, const std::string& zone = "UTC") {
  Object config;
  config.set("schedule", value::parse_json(section));
  return *find_schedule(config, zone);
}

std::string shown(const ScheduleTime& time) {
  return calendar::utc_iso(time.session_time) + " " + calendar::utc_iso(time.run_time);
}

std::vector<std::string> shown(const std::vector<Instant>& times) {
  std::vector<std::string> texts;
  for (const Instant time : times) texts.push_back(calendar::utc_iso(time));
  return texts;
}

template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.text();
  }
  return "none";
}

const char kDaily[] = R"({"daily>": "02:30:00"})";

TEST(ScheduleRules, WorkflowWithoutScheduleHasNone) {
  EXPECT_FALSE(find_schedule({}, "UTC"));
}

TEST(ScheduleRules, OptionsAreRead) {
  const WorkflowSchedule schedule =
      schedule_of(R"({"daily>": "02:30:00", "skip_on_overtime": true, "skip_delayed_by": "1h"})");
  EXPECT_TRUE(schedule.skip_on_overtime);
  EXPECT_EQ(schedule.skip_delayed_by, std::chrono::hours(1));
}

TEST(ScheduleRules, KeysThatNoScheduleKnowsAreRefusedWhereSchedulesAreStored) {
  Object config;
  config.set("schedule", value::parse_json(R"({"daily>": "02:30:00", "skip_on_overtim": true})"));
  EXPECT_TRUE(find_schedule(config, "UTC"));
  EXPECT_EQ(error_of([&] { refuse_unused_keys(config); }),
            "Parameter 'skip_on_overtim' is not used at schedule. > Did you mean "
            "'[skip_on_overtime]'?\n (config)");
}

struct SkipCase {
  Skip skip;
  const char* result;
};

TEST(ScheduleRules, SkipLeadsToALaterSession) {
  const Instant next = at("2030-05-07T00:00:00Z");
  const SkipCase cases[] = {
      {{.next_time = at("2030-06-01T02:30:00Z")}, "2030-06-01T00:00:00Z 2030-06-01T02:30:00Z"},
      {{.next_time = at("2030-06-01T02:30:01Z")}, "2030-06-02T00:00:00Z 2030-06-02T02:30:00Z"},
      {{.from_time = at("2030-05-06T07:08:09Z"), .count = 2},
       "2030-05-09T00:00:00Z 2030-05-09T02:30:00Z"},
      {{.next_time = at("2030-06-01T00:00:00Z"), .next_run_time = at("2030-07-01T00:00:00Z")},
       "2030-06-01T00:00:00Z 2030-07-01T00:00:00Z"},
      {{.next_time = at("2030-06-01T00:00:00Z"),
        .from_time = at("2031-01-01T00:00:00Z"),
        .count = 1},
       "2030-06-01T00:00:00Z 2030-06-01T02:30:00Z"},
  };
  for (const SkipCase& one : cases) {
    EXPECT_EQ(shown(skip_target(schedule_of(kDaily), one.skip, next)), one.result);
  }
}

TEST(ScheduleRules, SkipIsRefused) {
  const Instant next = at("2030-05-07T00:00:00Z");
  const std::string incomplete = "nextTime or (fromTime and count) are required (config)";
  const std::string past = "Specified time to skip schedules is already past (conflict)";
  const SkipCase cases[] = {
      {{}, incomplete.c_str()},
      {{.count = 2}, incomplete.c_str()},
      {{.from_time = next}, incomplete.c_str()},
      {{.next_time = next}, past.c_str()},
      {{.from_time = at("2030-05-06T07:08:09Z"), .count = 0}, past.c_str()},
      {{.from_time = next, .count = kMaxSkipCount + 1},
       "count must not be greater than 100000: 100001 (config)"},
  };
  for (const SkipCase& one : cases) {
    EXPECT_EQ(error_of([&] { skip_target(schedule_of(kDaily), one.skip, next); }), one.result);
  }
}

TEST(ScheduleRules, SkipPastTheEndOfAScheduleFinishesIt) {
  const WorkflowSchedule schedule = schedule_of(R"({"daily>": "02:30:00", "end": "2030-05-10"})");
  const Skip skip{.from_time = at("2030-05-07T00:00:00Z"), .count = 100};
  EXPECT_EQ(skip_target(schedule, skip, at("2030-05-07T00:00:00Z")).session_time,
            calendar::kScheduleOver);
}

TEST(ScheduleRules, BackfillEndsBeforeTheNextSession) {
  const WorkflowSchedule schedule = schedule_of(kDaily);
  const Instant next = at("2030-05-07T00:00:00Z");
  const auto sessions = [&](std::string_view from, std::optional<std::int64_t> count) {
    return shown(backfill_sessions(schedule, at(from), count, next));
  };
  using Times = std::vector<std::string>;
  EXPECT_EQ(sessions("2030-05-05T00:00:00Z", {}),
            (Times{"2030-05-05T00:00:00Z", "2030-05-06T00:00:00Z"}));
  EXPECT_EQ(sessions("2030-05-05T02:30:01Z", {}), Times{"2030-05-06T00:00:00Z"});
  EXPECT_EQ(sessions("2030-05-01T00:00:00Z", 1), Times{"2030-05-01T00:00:00Z"});
  EXPECT_EQ(sessions("2030-05-01T00:00:00Z", 0), Times{});
  EXPECT_EQ(sessions("2030-05-08T00:00:00Z", {}), Times{});
}

TEST(ScheduleRules, BackfillOfMoreThanThereAreIsRefused) {
  const WorkflowSchedule schedule = schedule_of(kDaily);
  const Instant next = at("2030-05-07T00:00:00Z");
  EXPECT_EQ(error_of([&] { backfill_sessions(schedule, at("2030-05-05T00:00:00Z"), 3, next); }),
            "count is set to 3 but there are only 2 attempts until the next schedule time "
            "(config)");
  EXPECT_EQ(error_of([&] { backfill_sessions(schedule, at("1970-01-01T00:00:00Z"), {}, next); }),
            "More than 10000 sessions in one backfill. (config)");
}

struct TruncationCase {
  Truncation truncation;
  const char* time;
  const char* session;
};

TEST(ScheduleRules, SessionTimesAreTruncatedInTheWorkflowsZone) {
  const TruncationCase cases[] = {
      {Truncation::none, "2030-05-06T07:08:09Z", "2030-05-06T07:08:09Z"},
      {Truncation::hour, "2030-05-06T07:08:09Z", "2030-05-06T06:30:00Z"},
      {Truncation::day, "2030-05-06T07:08:09Z", "2030-05-05T18:30:00Z"},
      {Truncation::schedule, "2030-05-06T07:08:09Z", "2030-05-06T18:30:00Z"},
      {Truncation::schedule, "2030-05-05T19:00:00Z", "2030-05-05T18:30:00Z"},
      {Truncation::next_schedule, "2030-05-05T19:00:00Z", "2030-05-06T18:30:00Z"},
  };
  const WorkflowSchedule schedule = schedule_of(kDaily, "Asia/Kolkata");
  for (const TruncationCase& one : cases) {
    const Instant session =
        truncate_session_time(at(one.time), one.truncation, schedule.zone, schedule);
    EXPECT_EQ(calendar::utc_iso(session), one.session) << one.time;
  }
}

TEST(ScheduleRules, TruncationToAScheduleNeedsOne) {
  EXPECT_EQ(error_of([] {
              truncate_session_time({}, *find_truncation("next_schedule"),
                                    calendar::TimeZone::utc(), {});
            }),
            "session_time_truncate=next_schedule is set but schedule is not set to this workflow "
            "(config)");
  EXPECT_FALSE(find_truncation("minute"));
}

struct DecisionCase {
  const char* section;
  const char* now;
  bool is_active;
  Decision decision;
};

TEST(ScheduleRules, DueSessionIsSkippedWhenLateOrOverlapping) {
  const char kLate[] = R"({"daily>": "00:00:00", "skip_delayed_by": "1h"})";
  const char kOverlap[] = R"({"daily>": "00:00:00", "skip_on_overtime": true})";
  const DecisionCase cases[] = {
      {R"({"daily>": "00:00:00"})", "2031-01-01T00:00:00Z", true, Decision::start},
      {kLate, "2030-05-06T01:00:00Z", false, Decision::start},
      {kLate, "2030-05-06T01:00:00.000001Z", false, Decision::skip},
      {kOverlap, "2030-05-06T00:00:00Z", false, Decision::start},
      {kOverlap, "2030-05-06T00:00:00Z", true, Decision::skip},
  };
  const Instant session = at("2030-05-06T00:00:00Z");
  for (const DecisionCase& one : cases) {
    EXPECT_EQ(decide(schedule_of(one.section), {session, session}, at(one.now), one.is_active),
              one.decision)
        << one.section << one.now;
  }
}

}  // namespace
}  // namespace mogura::scheduler
