// The `schedule:` and `sla:` sections of a workflow (execution.md §14.1–14.3, language.md §7.4).
#pragma once

#include <memory>
#include <optional>
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

class Schedule {
 public:
  virtual ~Schedule() = default;
  /// The earliest time whose run time is at or after `from`.
  virtual ScheduleTime first(Instant from) const = 0;
  /// The time after the session time `session`.
  virtual ScheduleTime next(Instant session) const = 0;
  /// The time before the session time `session`.
  virtual ScheduleTime last(Instant session) const = 0;
};

/// Throws ConfigError, or Error of kind "invalid pattern" for a cron text, with the texts of
/// execution.md §14.1. Patterns that can never match are refused.
std::unique_ptr<Schedule> make_schedule(const Object& config, const TimeZone& zone);

/// The keys of a schedule that no kind of schedule knows, each as the message
/// "Parameter 'k' is not used at schedule.[ > Did you mean '[x]'?]".
std::vector<std::string> unused_schedule_keys(const Object& config);

struct SlaTime {
  Instant due;
};
/// When the `sla` section of an attempt that starts at `run_time` is due. Throws ConfigError.
Instant sla_due(const Object& sla, Instant run_time, const TimeZone& zone);

}  // namespace mogura::calendar
