#include "engine/complete.h"

#include <algorithm>
#include <unordered_map>

#include "engine/params.h"
#include "engine/retry.h"
#include "value/config.h"
#include "value/merge.h"

namespace mogura::engine {
namespace {

// Of children with one name only the newest counts: earlier ones are rounds that were retried.
bool newest_child_failed(const Attempt& attempt, TaskIndex task) {
  if (!attempt.links[task].child_failed) return false;
  std::unordered_map<std::string_view, TaskState> newest;
  for (TaskIndex child = attempt.links[task].first_child; child != kNone;
       child = attempt.links[child].next_sibling) {
    newest[attempt.tasks[child].name()] = attempt.tasks[child].state;
  }
  return std::ranges::any_of(newest, [](const auto& entry) { return is_error(entry.second); });
}

std::optional<std::chrono::seconds> group_retry_delay(Machine& machine, TaskIndex task) {
  const Task& row = machine.row(task);
  const Value* retry = own_setting(row, "_retry");
  if (retry == nullptr) return std::nullopt;
  try {
    const RetryPolicy policy = parse_retry(Object{{"_retry", *retry}});
    return retry_delay(policy,
                       row.state_params.is_object() ? retries_in(row.state_params.as_object()) : 0);
  } catch (const ConfigError& error) {
    machine.note(
        LogLevel::warn, task,
        "Ignore retry parameter because of invalid retry configuration. " + error.message());
    return std::nullopt;
  }
}

void wait_for_next_round(Machine& machine, TaskIndex task, std::chrono::seconds delay) {
  Task& row = machine.row(task);
  row.state_params =
      with_one_more_retry(row.state_params.is_object() ? row.state_params.as_object() : Object{});
  machine.set_state(task, TaskState::group_retry_waiting);
  row.retry_at = after(machine.now(), delay);
  machine.attempt().timers.emplace(*row.retry_at, task);
}

void add_failure_alert(Machine& machine, TaskIndex root) {
  add_generated(machine, root, "^failure-alert",
                Object{{"_type", "notify"}, {"_command", "Workflow session attempt failed"}},
                TaskFlag{}, TaskLimit::exempt);
}

// What cannot be merged is not seen by `_error`, which runs all the same.
Object stores_below(Machine& machine, TaskIndex task) {
  Object stores;
  try {
    merge_descendant_stores(machine.attempt(), task, stores);
  } catch (const ConfigError& error) {
    machine.note(LogLevel::warn, task, "Some stored parameters are left out: " + error.message());
  }
  return stores;
}

void fail_because_of_children(Machine& machine, TaskIndex task) {
  if (const auto delay = group_retry_delay(machine, task)) {
    wait_for_next_round(machine, task, *delay);
    return;
  }
  bool added = false;
  if (machine.row(task).parent == kNone) {
    add_failure_alert(machine, task);
    added = true;
  }
  if (own_setting(machine.row(task), "_error") != nullptr) {
    added |= add_error_task(machine, task, merged_descendant_errors(machine.attempt(), task),
                            stores_below(machine, task));
  }
  if (added) {
    machine.row(task).flags |= kDelayedGroupError;
    machine.mark_changed(task);
  } else {
    machine.set_state(task, TaskState::group_error);
  }
}

}  // namespace

const Value* own_setting(const Task& task, std::string_view key) {
  const Value* own = task.config.as_object().find(key);
  if (own == nullptr && task.exports.is_object()) own = task.exports.as_object().find(key);
  return own;
}

void check_task_limit(const Attempt& attempt, std::size_t adding) {
  const std::size_t current = std::max<std::size_t>(attempt.tasks.size(), 1);
  if (current + adding <= static_cast<std::size_t>(attempt.max_tasks)) return;
  throw Error("task limit exceeded", "Too many tasks. Limit: " + std::to_string(attempt.max_tasks) +
                                         ", Current: " + std::to_string(current) +
                                         ", Adding: " + std::to_string(adding));
}

TaskIndex add_generated(Machine& machine, TaskIndex task, std::string_view suffix,
                        const Object& config, TaskFlag flags, TaskLimit limit) {
  workflow::TaskTree tree = workflow::compile(machine.row(task).full_name, suffix, config);
  if (limit == TaskLimit::applies) check_task_limit(machine.attempt(), tree.tasks.size());
  const TaskIndex added = machine.add_tree(std::move(tree), task, flags);
  machine.may_start(added);
  return added;
}

bool add_error_task(Machine& machine, TaskIndex task, Object error, const Object& stores) {
  const Value* setting = own_setting(machine.row(task), "_error");
  if (setting == nullptr || (setting->is_object() && setting->as_object().empty())) return false;
  try {
    Object config = value::get_object(Object{{"_error", *setting}}, "_error");
    Object exports = value::find_object(config, "_export");
    value::deep_merge(exports, stores);
    exports.set("error", std::move(error));
    config.set("_export", std::move(exports));
    add_generated(machine, task, "^error", config, TaskFlag{}, TaskLimit::applies);
    return true;
  } catch (const ConfigError&) {
    machine.note(LogLevel::warn, task,
                 "Found a broken _error task in attempt " + std::to_string(machine.attempt().id) +
                     " task " + std::to_string(task + 1) + ". Skipping this task.");
  } catch (const Error&) {
    machine.note(LogLevel::warn, task, "Failed to add error tasks because of task limit");
  }
  return false;
}

void complete(Machine& machine, TaskIndex task) {
  const Task& row = machine.row(task);
  if (row.has(kCancelRequested)) {
    machine.set_state(task, TaskState::canceled);
  } else if (row.has(kDelayedError)) {
    machine.set_state(task, TaskState::error);
  } else if (row.has(kDelayedGroupError)) {
    machine.set_state(task, TaskState::group_error);
  } else if (newest_child_failed(machine.attempt(), task)) {
    fail_because_of_children(machine, task);
  } else {
    machine.set_state(task, TaskState::success);
  }
}

}  // namespace mogura::engine
