// An attempt as a value: its task tree, the state of each task, what tasks stored (execution.md
// §6).
//
// The rows of the tasks are what a store keeps; the links between them (children, who waits for
// whom, timers) are derived and can be rebuilt from the rows. Only apply() (engine/apply.h) changes
// an attempt.
//
// A task waits for a barrier: a set of siblings that must all succeed. Members of one parallel
// chunk share their barrier, so a chunk of a thousand tasks after another thousand has one set of a
// thousand members, not a million links.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "engine/result.h"
#include "value/value.h"
#include "workflow/compiler.h"

namespace mogura::engine {

using TaskIndex = std::uint32_t;
using BarrierIndex = std::uint32_t;
using workflow::TaskKind;
inline constexpr std::uint32_t kNone = 0xffffffff;

/// With Digdag's codes (execution.md §6.1).
enum class TaskState : std::uint8_t {
  blocked = 0,
  ready = 1,
  retry_waiting = 2,
  group_retry_waiting = 3,
  running = 4,  // queued or executing
  planned = 5,  // own work done, or group opened: waits for children
  group_error = 6,
  success = 7,
  error = 8,
  canceled = 9,
};

inline bool is_done(TaskState state) {
  return state >= TaskState::group_error;
}
inline bool is_error(TaskState state) {
  return state == TaskState::group_error || state == TaskState::error;
}
inline bool is_progressing(TaskState state) {
  return state >= TaskState::ready && state <= TaskState::planned;
}
std::string_view state_name(TaskState state);  // "blocked", "group_retry_waiting", ...

/// With Digdag's bits (execution.md §6.1).
enum TaskFlag : std::uint8_t {
  kCancelRequested = 1,
  kDelayedError = 2,       // own failure, `_error` is running
  kDelayedGroupError = 4,  // children failed, `_error` or the failure alert is running
  kInitial = 8,            // a group retry may copy it
};

/// What a task left behind. Shared between copies of an attempt, replaced as a whole.
struct TaskOutput {
  Object subtask_config;
  Object export_params;
  std::vector<std::string> reset_store_params;
  Object store_params;
  Object error;
};

/// The row of a task.
struct Task {
  std::string full_name;
  std::uint32_t name_offset = 0;
  TaskIndex parent = kNone;
  BarrierIndex waits_for = kNone;
  TaskKind kind = TaskKind::group;
  TaskState state = TaskState::blocked;
  std::uint8_t flags = 0;
  Value config;   // the task's own keys without `_export`, unevaluated: an object
  Value exports;  // its `_export`: an object, or null
  std::shared_ptr<const TaskOutput> output;  // null: nothing
  Value state_params;                        // an object, or null
  std::int32_t run = 0;                      // how often it was queued; 0: never
  std::optional<Instant> retry_at;
  std::optional<Instant> started_at;  // of the first run
  Instant updated_at{};

  std::string_view name() const { return std::string_view(full_name).substr(name_offset); }
  bool has(TaskFlag flag) const { return (flags & flag) != 0; }
};

/// Whether the time of a task counts: it was started, and runs or is to run again.
inline bool is_timed(const Task& task) {
  return task.started_at &&
         (task.state == TaskState::running || task.state == TaskState::retry_waiting ||
          task.state == TaskState::group_retry_waiting);
}

/// How long an attempt may take before it is canceled (execution.md §13). Settings of whoever
/// applies events, not rows.
struct TimeLimits {
  std::optional<Instant> attempt_ends;
  std::optional<Duration> task_ttl;  // from a task's first start to its end
};

/// Links of a task, derived from the rows.
struct TaskLinks {
  TaskIndex first_child = kNone;
  TaskIndex last_child = kNone;
  TaskIndex next_sibling = kNone;
  std::uint32_t progressing_children = 0;
  bool child_failed = false;    // some child is or was in error
  bool subtree_stores = false;  // it or a descendant stored or reset something
  std::vector<BarrierIndex> member_of;
  Value params_inside;  // cache of engine/params.h: what children start from; null: unknown
};

struct BarrierLinks {
  std::uint32_t unfinished = 0;  // members that have not succeeded
  std::vector<TaskIndex> waiters;
  Value params;  // cache of engine/params.h: what waiters start from; null: unknown
};

/// A task of an earlier attempt whose success is taken over (execution.md §5).
struct ResumedTask {
  Object export_params;
  Object store_params;
};

struct Attempt {
  std::int64_t id = 0;  // for messages

  // Rows.
  std::vector<Task> tasks;                       // 0 is the root; parents before children
  std::vector<std::vector<TaskIndex>> barriers;  // members, ascending
  Object base_params;                            // layers 1-3 of language.md §10.1
  std::map<std::string, ResumedTask, std::less<>> resumed;  // by full name
  std::int64_t max_tasks = 1000;
  bool cancel_requested = false;

  // Derived.
  std::vector<TaskLinks> links;
  std::vector<BarrierLinks> barrier_links;
  std::set<std::pair<Instant, TaskIndex>> timers;  // tasks in a retry-waiting state
  std::set<std::pair<Instant, TaskIndex>> timed;   // is_timed(), by their first start

  TimeLimits time_limits;

  bool done() const { return !tasks.empty() && is_done(tasks[0].state); }
  bool success() const { return !tasks.empty() && tasks[0].state == TaskState::success; }
  /// When apply() wants a TimerDue next.
  std::optional<Instant> next_timer() const;
};

/// A task that runs has been started only now: until then its attempt had to wait for its turn.
void count_from(Attempt& attempt, TaskIndex task, Instant started_at);

/// Derives the links from the rows, for an attempt that was loaded from a store.
void rebuild_links(Attempt& attempt);

/// Links the rows from `first_task` and `first_barrier` on, which have just been appended.
void link_rows(Attempt& attempt, TaskIndex first_task, BarrierIndex first_barrier);

}  // namespace mogura::engine
