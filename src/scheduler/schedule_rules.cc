#include "scheduler/schedule_rules.h"

#include <fmt/format.h>

#include "calendar/duration.h"
#include "value/config.h"

namespace mogura::scheduler {
namespace {

ScheduleTime stored(const calendar::ScheduleTime& time) {
  return {time.session_time, time.run_time};
}

std::optional<std::chrono::seconds> find_duration(const Object& config, std::string_view key) {
  const std::optional<std::string> text = value::find_text(config, key);
  if (!text) return std::nullopt;
  const auto duration = calendar::parse_duration(*text);
  if (!duration) throw ConfigError("Invalid duration: " + *text);
  return duration;
}

// The session that is `count` after the first one at or after `from`.
ScheduleTime count_sessions(const WorkflowSchedule& schedule, Instant from, std::int64_t count) {
  if (count > kMaxSkipCount) {
    throw ConfigError(fmt::format("count must not be greater than {}: {}", kMaxSkipCount, count));
  }
  ScheduleTime time = schedule.first(from);
  for (std::int64_t i = 0; i < count && time.session_time < calendar::kScheduleOver; ++i) {
    time = schedule.next(time.session_time);
  }
  return time;
}

}  // namespace

ScheduleTime WorkflowSchedule::first(Instant from) const {
  return stored(times->first(from));
}

ScheduleTime WorkflowSchedule::next(Instant session_time) const {
  return stored(times->next(session_time));
}

std::optional<WorkflowSchedule> find_schedule(const Object& workflow_config,
                                              const std::string& timezone) {
  if (!workflow_config.contains("schedule")) return std::nullopt;
  const auto zone = calendar::TimeZone::find(timezone);
  if (!zone) throw ConfigError("Unknown time-zone ID: " + timezone);
  const Object& config = value::get_object(workflow_config, "schedule");
  return WorkflowSchedule{*zone, calendar::make_schedule(config, *zone),
                          value::find_boolean(config, "skip_on_overtime").value_or(false),
                          find_duration(config, "skip_delayed_by")};
}

void refuse_unused_keys(const Object& workflow_config) {
  if (!workflow_config.contains("schedule")) return;
  std::string complaints;
  const Object& config = value::get_object(workflow_config, "schedule");
  for (const std::string& complaint : calendar::unused_schedule_keys(config)) {
    complaints += complaint + "\n";
  }
  if (!complaints.empty()) throw ConfigError(complaints);
}

ScheduleTime skip_target(const WorkflowSchedule& schedule, const Skip& skip, Instant next_session) {
  ScheduleTime target;
  if (skip.next_time) {
    target = schedule.first(*skip.next_time);
  } else if (skip.from_time && skip.count) {
    target = count_sessions(schedule, *skip.from_time, *skip.count);
  } else {
    throw ConfigError("nextTime or (fromTime and count) are required");
  }
  if (target.session_time <= next_session) {
    throw Error("conflict", "Specified time to skip schedules is already past");
  }
  if (skip.next_run_time) target.run_time = *skip.next_run_time;
  return target;
}

std::vector<Instant> backfill_sessions(const WorkflowSchedule& schedule, Instant from,
                                       std::optional<std::int64_t> count, Instant next_session) {
  std::vector<Instant> sessions;
  const auto is_enough = [&] { return count && std::ssize(sessions) >= *count; };
  for (Instant session = schedule.first(from).session_time; session < next_session && !is_enough();
       session = schedule.next(session).session_time) {
    if (sessions.size() == kMaxBackfillSessions) {
      throw ConfigError(
          fmt::format("More than {} sessions in one backfill.", kMaxBackfillSessions));
    }
    sessions.push_back(session);
  }
  if (count && std::ssize(sessions) != *count) {
    throw ConfigError(fmt::format(
        "count is set to {} but there are only {} attempts until the next schedule time", *count,
        sessions.size()));
  }
  return sessions;
}

std::optional<Truncation> find_truncation(std::string_view mode) {
  if (mode == "hour") return Truncation::hour;
  if (mode == "day") return Truncation::day;
  if (mode == "schedule") return Truncation::schedule;
  if (mode == "next_schedule") return Truncation::next_schedule;
  return std::nullopt;
}

Instant truncate_session_time(Instant time, Truncation truncation, const calendar::TimeZone& zone,
                              const std::optional<WorkflowSchedule>& schedule) {
  const auto need_schedule = [&](std::string_view mode) -> const WorkflowSchedule& {
    if (schedule) return *schedule;
    throw ConfigError(fmt::format(
        "session_time_truncate={} is set but schedule is not set to this workflow", mode));
  };
  switch (truncation) {
    case Truncation::none:
      break;
    case Truncation::hour:
      return calendar::start_of_hour(time, zone);
    case Truncation::day:
      return calendar::start_of_day(time, zone);
    case Truncation::schedule:
      return need_schedule("schedule").first(time).session_time;
    case Truncation::next_schedule:
      return need_schedule("next_schedule").next(time).session_time;
  }
  return time;
}

Decision decide(const WorkflowSchedule& schedule, const ScheduleTime& due, Instant now,
                bool is_active) {
  const bool is_late = schedule.skip_delayed_by && now > due.run_time + *schedule.skip_delayed_by;
  const bool overlaps = schedule.skip_on_overtime && is_active;
  return is_late || overlaps ? Decision::skip : Decision::start;
}

}  // namespace mogura::scheduler
