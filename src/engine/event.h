// What can happen to an attempt, and what follows from it (DESIGN.md §1).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/log.h"
#include "engine/attempt.h"

namespace mogura::engine {

/// The run `run` of a task ended well. A result of another run, or of a task that is not running,
/// is ignored: messages may come twice or late.
struct TaskSucceeded {
  TaskIndex task;
  std::int32_t run;
  TaskResult result;
};
struct TaskFailed {
  TaskIndex task;
  std::int32_t run;
  Object error;  // the error object (language.md §9.1)
};
/// Run again after `interval`, remembering `state_params`.
struct TaskRetry {
  TaskIndex task;
  std::int32_t run;
  std::chrono::seconds interval;
  Object state_params;
};
/// Retry-waiting tasks may be due, or the attempt's time is over (TimeLimits): then it is canceled,
/// and a `^timeout` task below its root notifies.
struct TimerDue {};
/// Cancel everything that is not done.
struct Kill {};
/// The attempt's SLA time has come (language.md §7.4).
struct SlaDue {
  Object sla;
};

using Event = std::variant<TaskSucceeded, TaskFailed, TaskRetry, TimerDue, Kill, SlaDue>;

/// A line for the log, in the name of a task.
struct Note {
  LogLevel level;
  TaskIndex task;
  std::string text;
};

struct Changes {
  std::vector<TaskIndex> changed;    // rows that changed or were added; may name a row twice
  std::vector<TaskIndex> to_run;     // to be queued, each for its current run
  std::vector<TaskIndex> to_cancel;  // running tasks that are to be ended
  std::vector<Note> notes;
  bool applied = false;   // false: the event was ignored
  bool finished = false;  // the attempt got done by this event
};

}  // namespace mogura::engine
