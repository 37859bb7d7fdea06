// Schedules: when the sessions of a workflow are due (rest-api.md §8, execution.md §14).
//
// A schedule is moved by whoever has seen its newest version, so of several servers one fires each
// session. Starting the session's attempt comes before moving the schedule on: after a crash in
// between, the start finds the attempt and only the move is made up for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace mogura::store {

struct Page;

/// A session of a schedule and when it is to start.
struct ScheduleTime {
  Instant session_time;
  Instant run_time;
};

struct Schedule {
  ScheduleId id;
  SiteId site;
  ProjectId project;
  std::string project_name;
  WorkflowId workflow;  // in the newest revision
  std::string workflow_name;
  std::string timezone;  // of that workflow
  ScheduleTime next;
  std::optional<Instant> last_session_time;
  std::optional<Instant> disabled_at;
  Instant created_at;
  Instant updated_at;
  std::int64_t version = 0;
};

/// What a move changes.
struct ScheduleMove {
  ScheduleTime next;
  std::optional<Instant> last_session_time;
  std::optional<Instant> disabled_at;
};

class Schedules {
 public:
  virtual ~Schedules() = default;

  virtual std::optional<Schedule> find_schedule(SiteId site, ScheduleId schedule) = 0;
  virtual std::optional<Schedule> find_schedule(ProjectId project, const std::string& workflow) = 0;
  /// All of the site or of one project, by id.
  virtual std::vector<Schedule> list_schedules(SiteId site, std::optional<ProjectId> project,
                                               const Page& page) = 0;

  /// Those not disabled whose run time has come, the earliest first, at most `max`.
  virtual std::vector<Schedule> schedules_due(Instant now, std::size_t max) = 0;
  /// The earliest run time of those not disabled.
  virtual std::optional<Instant> next_schedule_run() = 0;
  /// Absent where somebody else moved the schedule since it was `seen`, or it is gone.
  virtual std::optional<Schedule> move_schedule(const Schedule& seen, const ScheduleMove& move,
                                                Instant now) = 0;
};

}  // namespace mogura::store
