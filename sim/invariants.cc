#include "sim/invariants.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"

#include "engine/params.h"
#include "engine/retry.h"
#include "value/json.h"
#include "value/merge.h"

namespace mogura::sim {
namespace {

using engine::Attempt;
using engine::kNone;
using engine::Task;
using engine::TaskIndex;
using engine::TaskState;
using Found = std::optional<std::string>;

std::string name_of(const Attempt& attempt, TaskIndex task) {
  return attempt.tasks[task].full_name + " (#" + std::to_string(task) + ", " +
         std::string(state_name(attempt.tasks[task].state)) + ")";
}

// T1, as far as one event can carry a task: done states are absorbing, and what is not done moves
// only along the edges of execution.md §6.2.
bool may_become(TaskState from, TaskState to) {
  using enum TaskState;
  if (from == to) return true;
  switch (from) {
    case blocked:
      return to != ready && to != error && to != retry_waiting;
    case ready:
      return to == running || to == planned;
    case retry_waiting:
      return to == running;
    case group_retry_waiting:
      return to == running || to == planned || to == success || to == canceled || to == group_error;
    case running:
      return to != blocked && to != ready;
    case planned:
      return to == group_retry_waiting || engine::is_done(to);
    default:
      return false;
  }
}

// The same for any number of events between two looks.
bool may_become_in_time(TaskState from, TaskState to) {
  return from == to || (!engine::is_done(from) && to != TaskState::blocked);
}

// T2: who has left BLOCKED had an open parent, and all upstreams have succeeded.
Found check_gate(const Attempt& attempt, TaskIndex task) {
  const Task& row = attempt.tasks[task];
  if (row.state == TaskState::blocked) return std::nullopt;
  if (row.parent != kNone && attempt.tasks[row.parent].state == TaskState::blocked) {
    return "T2: " + name_of(attempt, task) + " started before its parent";
  }
  if (row.waits_for == kNone) return std::nullopt;
  for (const TaskIndex upstream : attempt.barriers[row.waits_for]) {
    if (attempt.tasks[upstream].state != TaskState::success) {
      return "T2: " + name_of(attempt, task) + " started before " + name_of(attempt, upstream);
    }
  }
  return std::nullopt;
}

// T3, T4, T5, T8 and L2 as far as they concern one task and its children.
Found check_family(const Attempt& attempt, TaskIndex task) {
  const Task& row = attempt.tasks[task];
  std::map<std::string_view, TaskState> newest;
  std::size_t progressing = 0, progressing_of_group = 0;
  for (TaskIndex child = attempt.links[task].first_child; child != kNone;
       child = attempt.links[child].next_sibling) {
    const Task& of = attempt.tasks[child];
    newest[of.name()] = of.state;
    if (!is_progressing(of.state)) continue;
    ++progressing;
    if (of.name().front() == '+') ++progressing_of_group;
  }
  if (progressing != attempt.links[task].progressing_children) {
    return "links: " + name_of(attempt, task) + " counts its progressing children wrong";
  }
  if (engine::is_done(row.state) && progressing > 0) {
    return "T3: " + name_of(attempt, task) + " is done but has a progressing child";
  }
  const bool some_failed =
      std::ranges::any_of(newest, [](const auto& child) { return is_error(child.second); });
  const bool all_succeeded = std::ranges::all_of(
      newest, [](const auto& child) { return child.second == TaskState::success; });
  // An operator that runs again leaves the trees of its earlier runs behind as they ended.
  const bool ran_again = row.kind == engine::TaskKind::task && row.run > 1;
  if (row.state == TaskState::success && !all_succeeded && !ran_again) {
    return "T4: " + name_of(attempt, task) + " succeeded but a child did not";
  }
  if (row.state == TaskState::group_error && !some_failed) {
    return "T4: " + name_of(attempt, task) + " failed but no child did";
  }
  const bool has_error = row.output != nullptr && !row.output->error.empty();
  if (row.state == TaskState::error && !has_error) {
    return "T4: " + name_of(attempt, task) + " failed without an error";
  }
  const bool delayed = row.has(engine::kDelayedError) || row.has(engine::kDelayedGroupError);
  if (delayed && row.state == TaskState::success) {
    return "T5: " + name_of(attempt, task) + " succeeded after a failure";
  }
  if (row.state == TaskState::planned && progressing == 0) {
    return "L2: " + name_of(attempt, task) + " waits for nothing";
  }
  const Value* parallel = row.config.as_object().find("_parallel");
  if (parallel != nullptr && parallel->is_object()) {
    const Value* limit = parallel->as_object().find("limit");
    if (progressing_of_group > static_cast<std::size_t>(limit->as_integer())) {
      return "T8: " + name_of(attempt, task) + " runs more children than its limit";
    }
  }
  return std::nullopt;
}

// T6: a round for each retry and the first; one error task, one alert.
Found check_rounds(const Attempt& attempt, TaskIndex task) {
  std::map<std::string_view, int> count;
  for (TaskIndex child = attempt.links[task].first_child; child != kNone;
       child = attempt.links[child].next_sibling) {
    ++count[attempt.tasks[child].name()];
  }
  int limit = 0;
  if (const Value* retry = attempt.tasks[task].config.as_object().find("_retry")) {
    try {
      limit = engine::parse_retry(Object{{"_retry", *retry}}).limit;
    } catch (const ConfigError&) {
    }
  }
  for (const auto& [name, times] : count) {
    const bool once = name == "^error" || name == "^failure-alert";
    const int allowed = once ? 1 : limit + 1;
    const bool own_retry = attempt.tasks[task].kind == engine::TaskKind::task;
    if (times > allowed && !(own_retry && !once)) {
      return "T6: " + name_of(attempt, task) + " has " + std::to_string(times) + " children " +
             std::string(name);
    }
  }
  return std::nullopt;
}

// T7: tasks wait for siblings with lower numbers.
Found check_dependencies(const Attempt& attempt, TaskIndex task) {
  const Task& row = attempt.tasks[task];
  if (row.parent != kNone && row.parent >= task) {
    return "T7: " + name_of(attempt, task) + " comes before its parent";
  }
  if (row.waits_for == kNone) return std::nullopt;
  for (const TaskIndex upstream : attempt.barriers[row.waits_for]) {
    if (upstream >= task || attempt.tasks[upstream].parent != row.parent) {
      return "T7: " + name_of(attempt, task) + " waits for " + name_of(attempt, upstream);
    }
  }
  return std::nullopt;
}

// The parameters as JSON, or why there are none.
template <class Params>
std::string outcome(const Params& params) {
  try {
    return value::to_json(params());
  } catch (const ConfigError& error) {
    return error.message();
  }
}

// T10: a kill reaches all that is not done, and what comes later; but not the notice of an attempt
// that took too long.
Found check_kill(const Attempt& attempt, TaskIndex task) {
  const Task& row = attempt.tasks[task];
  if (!attempt.cancel_requested || engine::is_done(row.state) ||
      row.has(engine::kCancelRequested) || row.full_name.contains("^timeout")) {
    return std::nullopt;
  }
  return "T10: " + name_of(attempt, task) + " goes on after a kill";
}

// T11: what an earlier attempt has done is not done again. Rounds of a retry are.
Found check_resumed(const Attempt& attempt, TaskIndex task) {
  const Task& row = attempt.tasks[task];
  const auto resumed = attempt.resumed.find(row.full_name);
  if (resumed == attempt.resumed.end() || !row.has(engine::kInitial)) return std::nullopt;
  if (row.run == 0 && row.state == TaskState::success) return std::nullopt;
  return "T11: " + name_of(attempt, task) + " is done again";
}

Found check_start(engine::Attempt attempt, TaskIndex task) {
  const std::string params = outcome([&] { return engine::task_params(attempt, task); });
  const std::string expected = outcome([&] { return Value(reference_params(attempt, task)); });
  if (params != expected) {
    return "T12: " + name_of(attempt, task) + " sees " + params + " instead of " + expected;
  }
  if (attempt.cancel_requested && !attempt.tasks[task].has(engine::kCancelRequested)) {
    return "T10: " + name_of(attempt, task) + " starts after the attempt was killed";
  }
  return std::nullopt;
}

void apply_store(const Task& row, Object& params) {
  if (row.output == nullptr) return;
  for (const std::string& path : row.output->reset_store_params) value::erase_path(params, path);
  value::deep_merge(params, row.output->store_params);
}

void apply_subtree(const Attempt& attempt, TaskIndex task, Object& params) {
  apply_store(attempt.tasks[task], params);
  for (TaskIndex child = task + 1; child < attempt.tasks.size(); ++child) {
    if (attempt.tasks[child].parent == task) apply_subtree(attempt, child, params);
  }
}

std::set<TaskIndex> all_upstreams(const Attempt& attempt, TaskIndex task) {
  std::set<TaskIndex> all;
  std::vector<TaskIndex> open{task};
  while (!open.empty()) {
    const engine::BarrierIndex barrier = attempt.tasks[open.back()].waits_for;
    open.pop_back();
    if (barrier == kNone) continue;
    for (const TaskIndex upstream : attempt.barriers[barrier]) {
      if (all.insert(upstream).second) open.push_back(upstream);
    }
  }
  return all;
}

}  // namespace

Object reference_params(const Attempt& attempt, TaskIndex task) {
  std::vector<TaskIndex> path;
  for (TaskIndex at = task; at != kNone; at = attempt.tasks[at].parent) path.push_back(at);
  std::ranges::reverse(path);
  Object params = attempt.base_params;
  for (const TaskIndex at : path) {
    for (const TaskIndex upstream : all_upstreams(attempt, at)) {
      apply_subtree(attempt, upstream, params);
    }
    const Task& row = attempt.tasks[at];
    if (row.exports.is_object()) value::deep_merge(params, row.exports.as_object());
    if (at == task || row.output == nullptr) continue;
    value::deep_merge(params, row.output->export_params);
    apply_store(row, params);
  }
  return params;
}

std::optional<std::string> InvariantChecker::check_change(const Attempt& attempt, Instant now,
                                                          MayBecome may) const {
  if (attempt.tasks.size() < seen_.size()) return "T1: tasks have vanished";
  for (TaskIndex task = 0; task < seen_.size(); ++task) {
    const Seen& before = seen_[task];
    const Task& row = attempt.tasks[task];
    if (!may(before.state, row.state)) {
      return "T1: " + name_of(attempt, task) + " was " + std::string(state_name(before.state));
    }
    if (before.retry_at && *before.retry_at > now && row.retry_at != before.retry_at &&
        !row.has(engine::kCancelRequested)) {
      return "T9: " + name_of(attempt, task) + " was woken too early";
    }
    if (row.run < before.run) {
      return "T9: " + name_of(attempt, task) + " has forgotten a run";
    }
    if (before.canceled && !row.has(engine::kCancelRequested)) {
      return "T1: " + name_of(attempt, task) + " forgot that it is to be canceled";
    }
  }
  for (TaskIndex task = 0; task < attempt.tasks.size(); ++task) {
    for (const auto check_one :
         {check_gate, check_family, check_rounds, check_dependencies, check_kill, check_resumed}) {
      if (auto problem = check_one(attempt, task)) return problem;
    }
  }
  if (attempt.success() && attempt.cancel_requested) return "I3: success in spite of a kill";
  return std::nullopt;
}

void InvariantChecker::remember(const Attempt& attempt) {
  seen_.clear();
  for (const Task& row : attempt.tasks) {
    seen_.push_back({row.state, row.retry_at, row.has(engine::kCancelRequested), row.run});
  }
}

std::optional<std::string> InvariantChecker::check_stored(const Attempt& attempt, Instant now) {
  if (auto problem = check_change(attempt, now, may_become_in_time)) return problem;
  remember(attempt);
  return std::nullopt;
}

std::optional<std::string> InvariantChecker::check(const Attempt& attempt,
                                                   const engine::Changes& changes, Instant now) {
  if (auto problem = check_change(attempt, now, may_become)) return problem;
  for (TaskIndex task = 0; task < seen_.size(); ++task) {
    if (attempt.tasks[task].run > seen_[task].run + 1) {
      return "T9: " + name_of(attempt, task) + " was queued twice by one event";
    }
  }
  for (const TaskIndex task : changes.to_run) {
    if (auto problem = check_start(attempt, task)) return problem;
  }
  const bool all_done = attempt.done();
  if (all_done && !attempt.timers.empty()) return "I2: a done attempt waits for a timer";
  if (changes.finished != (all_done && (seen_.empty() || !engine::is_done(seen_[0].state)))) {
    return "I2: the end of the attempt was not told, or twice";
  }
  remember(attempt);
  return std::nullopt;
}

}  // namespace mogura::sim
