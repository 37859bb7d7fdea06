// The `schedule:` and `sla:` sections of a workflow (execution.md §14.1–14.3, language.md §7.4).
//
//   const auto schedule = make_schedule(config, zone);
//   ScheduleTime due = schedule->first(now);            // start a session when due.run_time comes,
//   due = schedule->next(due.session_time);             // and then this one
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "calendar/time_zone.h"
#include "value/value.h"

namespace mogura::calendar {

struct ScheduleTime {
  Instant session_time;
  Instant run_time;
  bool operator==(const ScheduleTime&) const = default;
};

/// 9999-01-01T00:00:00Z: the session and run time of a schedule that is over.
extern const Instant kScheduleOver;

/// How far run times may lie from their session times.
inline constexpr std::chrono::days kMaxScheduleDelay{36'525};

/// When sessions take place. Immutable: any thread may ask.
class Schedule {
 public:
  virtual ~Schedule() = default;
  /// The earliest time whose run time is at or after `from`.
  virtual ScheduleTime first(Instant from) const = 0;
  /// The time after the session time `session`.
  virtual ScheduleTime next(Instant session) const = 0;
  /// The time before the session time `session`, without regard to the schedule's start and end.
  /// Where the times are irregular it may be an instant that is no session time: two steps before
  /// `session`, a step being the distance of the two times that follow (execution.md §14.3).
  virtual ScheduleTime last(Instant session) const = 0;
};

/// Throws ConfigError, or Error of kind "invalid pattern" for a cron text, with the texts of
/// execution.md §14.1. Patterns that can never match are refused.
std::unique_ptr<Schedule> make_schedule(const Object& config, const TimeZone& zone);

/// The keys of a schedule that no kind of schedule knows, each as the message
/// "Parameter 'k' is not used at schedule. [> Did you mean '[x]'?]"; without a suggestion it ends
/// with a blank.
std::vector<std::string> unused_schedule_keys(const Object& config);

/// When the `sla` section of an attempt that starts at `run_time` is due. Throws ConfigError.
Instant sla_due(const Object& sla, Instant run_time, const TimeZone& zone);

}  // namespace mogura::calendar
