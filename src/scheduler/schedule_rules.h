// What a workflow's `schedule` section means for those who start, skip and backfill its sessions
// (execution.md §14-15, rest-api.md §7.4, §8). Pure: the scheduler, the REST API and local mode all
// decide by these functions.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/schedule.h"
#include "store/schedules.h"
#include "value/value.h"

namespace mogura::scheduler {

using store::ScheduleTime;

/// So many sessions one skip may pass over, and one backfill may start.
inline constexpr std::int64_t kMaxSkipCount = 100'000;
inline constexpr std::size_t kMaxBackfillSessions = 10'000;

/// The schedule of a workflow.
struct WorkflowSchedule {
  calendar::TimeZone zone;
  std::shared_ptr<const calendar::Schedule> times;
  bool skip_on_overtime = false;
  std::optional<std::chrono::seconds> skip_delayed_by;

  /// The earliest time whose run time is at or after `from`.
  ScheduleTime first(Instant from) const;
  /// The time after this session.
  ScheduleTime next(Instant session_time) const;
};

/// Absent where the workflow has none. Throws ConfigError, or Error of kind "invalid pattern" for a
/// cron text, for one that is wrong; keys that no schedule knows are not looked for.
std::optional<WorkflowSchedule> find_schedule(const Object& workflow_config,
                                              const std::string& timezone);

/// Throws ConfigError "Parameter 'k' is not used at schedule. ..." with a line for each key of the
/// workflow's schedule that no schedule knows: for whoever stores schedules.
void refuse_unused_keys(const Object& workflow_config);

/// A request to go on at a later session (rest-api.md §8.3): at `next_time`, or `count` sessions
/// after `from_time`.
struct Skip {
  std::optional<Instant> next_time;
  std::optional<Instant> from_time;
  std::optional<std::int64_t> count;
  std::optional<Instant> next_run_time;  // in place of the session's own run time
};

/// Where the skip of a schedule leads whose next session is `next_session`. Throws ConfigError for
/// an incomplete request, and Error of kind "conflict" for a time that is not later.
ScheduleTime skip_target(const WorkflowSchedule& schedule, const Skip& skip, Instant next_session);

/// The session times of a backfill, oldest first: from the first whose run time is at or after
/// `from` until before `next_session`, at most `count`. Throws ConfigError where there are fewer
/// than `count`, or more than kMaxBackfillSessions.
std::vector<Instant> backfill_sessions(const WorkflowSchedule& schedule, Instant from,
                                       std::optional<std::int64_t> count, Instant next_session);

enum class Truncation { none, hour, day, schedule, next_schedule };

/// A `mode` of rest-api.md §7.4: `hour`, `day`, `schedule`, `next_schedule`.
std::optional<Truncation> find_truncation(std::string_view mode);

/// The session time that a request at `time` is about. Throws ConfigError for `schedule` and
/// `next_schedule` where the workflow has no schedule.
Instant truncate_session_time(Instant time, Truncation truncation, const calendar::TimeZone& zone,
                              const std::optional<WorkflowSchedule>& schedule);

/// What becomes of a session whose run time has come (execution.md §14.4).
enum class Decision { start, skip };

/// `is_active`: whether the last attempt of some session of the workflow runs.
Decision decide(const WorkflowSchedule& schedule, const ScheduleTime& due, Instant now,
                bool is_active);

/// A session that cannot be started is tried again after this: where a limit was in the way, and
/// where something is wrong.
inline constexpr std::chrono::seconds kRetryAfterLimit{600};
inline constexpr std::chrono::seconds kRetryAfterError{3600};

}  // namespace mogura::scheduler
