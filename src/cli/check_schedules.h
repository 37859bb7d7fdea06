// The schedules of a project, as `check` shows them (cli.md §12.2).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "calendar/schedule.h"
#include "calendar/time_zone.h"
#include "workflow/definition.h"

namespace mogura::cli {

struct CheckedSchedule {
  std::string workflow;
  Object config;
  calendar::TimeZone zone;
  std::unique_ptr<calendar::Schedule> schedule;
};

/// The schedules of all workflows that have one. Keys that no schedule knows are logged. Throws
/// Error for a schedule that is wrong.
std::vector<CheckedSchedule> check_schedules(const std::vector<workflow::Definition>& definitions);

/// The schedule's own text and its first times, in the machine's zone; without a line end.
std::string schedule_text(const CheckedSchedule& schedule, Instant now);

/// The next five runs; fewer where the schedule ends.
std::vector<calendar::ScheduleTime> next_runs(const CheckedSchedule& schedule, Instant now);

/// The next runs in the workflow's zone, with a remark where the clocks change in between; without
/// a line end.
std::string next_runs_text(const CheckedSchedule& schedule, Instant now);

}  // namespace mogura::cli
