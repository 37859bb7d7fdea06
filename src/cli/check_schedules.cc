#include "cli/check_schedules.h"

#include "base/log.h"
#include "cli/time_display.h"
#include "value/config.h"
#include "value/yaml_writer.h"

namespace mogura::cli {
namespace {

constexpr Logger kScheduleLog("io.digdag.core.schedule.SchedulerManager");
constexpr std::size_t kShownRuns = 5;

/// Logged as one message with a line for each key.
void report_unused_keys(const Object& config) {
  std::string text;
  for (const std::string& complaint : calendar::unused_schedule_keys(config)) {
    text += complaint + "\n";
  }
  if (!text.empty()) kScheduleLog.error("{}", text);
}

}  // namespace

std::vector<CheckedSchedule> check_schedules(const std::vector<workflow::Definition>& definitions) {
  std::vector<CheckedSchedule> checked;
  for (const workflow::Definition& definition : definitions) {
    if (!definition.config.contains("schedule")) continue;
    const Object& config = value::get_object(definition.config, "schedule");
    const calendar::TimeZone zone =
        calendar::TimeZone::find(definition.timezone).value_or(calendar::TimeZone::utc());
    checked.push_back({definition.name, config, zone, calendar::make_schedule(config, zone)});
    report_unused_keys(config);
  }
  return checked;
}

std::string schedule_text(const CheckedSchedule& schedule, Instant now) {
  const calendar::TimeZone zone = calendar::TimeZone::system();
  const calendar::ScheduleTime first = schedule.schedule->first(now);
  return "    " + schedule.workflow + ":\n" + indented(value::to_yaml(schedule.config), "      ") +
         "\n      first session time: " + calendar::display_time(first.session_time, zone) +
         "\n      first scheduled to run at: " + time_with_distance(first.run_time, now, zone);
}

std::vector<calendar::ScheduleTime> next_runs(const CheckedSchedule& schedule, Instant now) {
  std::vector<calendar::ScheduleTime> times;
  calendar::ScheduleTime time = schedule.schedule->first(now);
  while (times.size() < kShownRuns && time.session_time < calendar::kScheduleOver) {
    times.push_back(time);
    time = schedule.schedule->next(time.session_time);
  }
  return times;
}

std::string next_runs_text(const CheckedSchedule& schedule, Instant now) {
  std::string text = "      next runs (" + schedule.zone.id() + "):";
  int offset = schedule.zone.offset_seconds(now);
  const std::vector<calendar::ScheduleTime> times = next_runs(schedule, now);
  for (const calendar::ScheduleTime& time : times) {
    text += "\n        " + calendar::display_time(time.run_time, schedule.zone) + "  session " +
            calendar::iso_time(time.session_time, schedule.zone);
    const int new_offset = schedule.zone.offset_seconds(time.run_time);
    if (new_offset != offset) text += "  (clocks change before this run)";
    offset = new_offset;
  }
  if (times.size() < kShownRuns) text += "\n        none: the schedule is over";
  return text;
}

}  // namespace mogura::cli
