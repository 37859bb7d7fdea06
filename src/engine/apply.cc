#include "engine/apply.h"

#include "engine/complete.h"
#include "engine/machine.h"
#include "engine/params.h"
#include "engine/retry.h"
#include "value/config.h"

namespace mogura::engine {
namespace {

// A task that succeeded still has to generate these before it is done.
struct Generated {
  const Object* subtasks = nullptr;
  const Object* check = nullptr;
  bool any() const { return subtasks != nullptr || check != nullptr; }
};

Generated to_generate(const Task& row, const TaskResult& result) {
  Generated generated;
  if (!result.subtask_config.empty()) generated.subtasks = &result.subtask_config;
  if (const Value* check = own_setting(row, "_check"); check != nullptr && !check->is_null()) {
    if (!check->is_object()) throw ConfigError("Parameter '_check' must be an object");
    if (!check->as_object().empty()) generated.check = &check->as_object();
  }
  return generated;
}

Object error_object(const Error& error) {
  return Object{{"message", error.text()}, {"stacktrace", error.chain()}};
}

class EventHandler {
 public:
  EventHandler(Attempt& attempt, Changes& changes, Instant now)
      : attempt_(attempt), changes_(changes), machine_(attempt, changes, now) {}

  void operator()(const TaskSucceeded& event) {
    if (!is_current(event.task, event.run)) return;
    if (cancel_instead(event.task)) return;
    try {
      add_generated_tasks(event.task, event.result);
    } catch (const ConfigError& error) {
      machine_.note(LogLevel::error, event.task,
                    "Configuration error at task " + machine_.row(event.task).full_name + ": " +
                        error.chain());
      fail(event.task, error_object(error));
    } catch (const Error& error) {
      machine_.note(LogLevel::warn, event.task, "Failed to add subtasks because of task limit");
      fail(event.task, error_object(error));
    }
  }

  void operator()(const TaskFailed& event) {
    if (!is_current(event.task, event.run)) return;
    if (!cancel_instead(event.task)) fail(event.task, event.error);
  }

  void operator()(const TaskRetry& event) {
    if (!is_current(event.task, event.run)) return;
    Task& row = machine_.row(event.task);
    row.state_params = event.state_params;
    machine_.set_state(event.task, TaskState::retry_waiting);
    // A canceled task comes back at once, to be cleaned up.
    row.retry_at =
        row.has(kCancelRequested) ? machine_.now() : after(machine_.now(), event.interval);
    attempt_.timers.emplace(*row.retry_at, event.task);
  }

  void operator()(const TimerDue&) {
    while (!attempt_.timers.empty() && attempt_.timers.begin()->first <= machine_.now()) {
      changes_.applied = true;
      wake(attempt_.timers.begin()->second);
    }
    cancel_if_overdue();
  }

  void operator()(const Kill&) {
    for (TaskIndex task = 0; task < attempt_.tasks.size(); ++task) {
      Task& row = machine_.row(task);
      if (is_done(row.state) || row.has(kCancelRequested)) continue;
      changes_.applied = true;
      row.flags |= kCancelRequested;
      machine_.mark_changed(task);
      if (row.state == TaskState::running) machine_.cancel_run(task);
      if (row.retry_at.has_value()) wake(task);
    }
    if (changes_.applied) attempt_.cancel_requested = true;
  }

  void operator()(const SlaDue& event) {
    if (attempt_.done() || attempt_.cancel_requested) return;
    changes_.applied = true;
    try {
      add_sla_tasks(event.sla);
    } catch (const Error& error) {
      machine_.note(LogLevel::error, 0, "Broken sla section: " + error.chain());
    }
  }

  void settle() { machine_.settle(); }

 private:
  bool is_current(TaskIndex task, std::int32_t run) {
    changes_.applied = task < attempt_.tasks.size() &&
                       machine_.row(task).state == TaskState::running &&
                       machine_.row(task).run == run;
    return changes_.applied;
  }

  // What a task did after it was told to stop does not count (execution.md §6.2, transition 7).
  bool cancel_instead(TaskIndex task) {
    if (!machine_.row(task).has(kCancelRequested)) return false;
    machine_.set_state(task, TaskState::canceled);
    return true;
  }

  void set_output(TaskIndex task, TaskOutput output) {
    machine_.row(task).output = std::make_shared<const TaskOutput>(std::move(output));
    forget_params_inside(attempt_, task);
  }

  void add_generated_tasks(TaskIndex task, const TaskResult& result) {
    const Generated generated = to_generate(machine_.row(task), result);
    const std::string full_name = machine_.row(task).full_name;
    workflow::TaskTree subtasks, check;
    if (generated.subtasks != nullptr) {
      subtasks = workflow::compile(full_name, "^sub", *generated.subtasks);
    }
    if (generated.check != nullptr) {
      check = workflow::compile(full_name, "^check", *generated.check);
    }
    if (generated.any()) check_task_limit(attempt_, subtasks.tasks.size() + check.tasks.size());

    TaskIndex subtask_root = kNone, check_root = kNone;
    if (generated.subtasks != nullptr) {
      subtask_root = machine_.add_tree(std::move(subtasks), task, kInitial);
      machine_.may_start(subtask_root);
    }
    if (generated.check != nullptr) {
      check_root = machine_.add_tree(std::move(check), task, TaskFlag{});
      if (subtask_root != kNone) machine_.add_upstream(check_root, subtask_root);
      machine_.may_start(check_root);
    }
    set_output(task, {result.subtask_config,
                      result.export_params,
                      result.reset_store_params,
                      result.store_params,
                      {}});
    if (!result.store_params.empty() || !result.reset_store_params.empty()) {
      note_stores(attempt_, task);
    }
    if (generated.any()) {
      machine_.open(task);
    } else {
      machine_.set_state(task, TaskState::success);
    }
  }

  void fail(TaskIndex task, Object error) {
    set_output(task, {{}, {}, {}, {}, error});
    if (add_error_task(machine_, task, std::move(error), Object{})) {
      machine_.row(task).flags |= kDelayedError;
      machine_.open(task);
    } else {
      machine_.set_state(task, TaskState::error);
    }
  }

  // A retry-waiting task goes on: an operator runs again, a group does another round, unless it is
  // to be canceled.
  void wake(TaskIndex task) {
    Task& row = machine_.row(task);
    if (row.kind == TaskKind::task) {
      machine_.start(task);
      return;
    }
    row.output = nullptr;
    forget_params_inside(attempt_, task);
    if (!row.has(kCancelRequested)) machine_.copy_children(task);
    machine_.open(task);
  }

  // An attempt of which it, or a task, took too long is canceled, and somebody is told.
  void cancel_if_overdue() {
    if (attempt_.cancel_requested || attempt_.done()) return;
    const std::string text = overdue_text();
    if (text.empty()) return;
    machine_.note(LogLevel::warn, 0, text + ". Canceling the attempt.");
    (*this)(Kill{});
    add_root_task("^timeout", {{"_type", "notify"}, {"_command", text}});
  }

  // What took too long; empty: nothing.
  std::string overdue_text() const {
    const TimeLimits& limits = attempt_.time_limits;
    const Instant now = machine_.now();
    if (limits.attempt_ends && *limits.attempt_ends <= now) return "Workflow execution timeout";
    if (!limits.task_ttl) return "";
    std::string tasks;
    for (const auto& [started_at, task] : attempt_.timed) {
      if (started_at + *limits.task_ttl > now) break;
      tasks += (tasks.empty() ? "" : ",") + std::to_string(task + 1);
    }
    return tasks.empty() ? "" : "Task execution timeout: " + tasks;
  }

  void add_sla_tasks(Object sla) {
    const bool alert = value::find_boolean(sla, "alert").value_or(true);
    const bool fails = value::find_boolean(sla, "fail").value_or(false);
    for (const char* key : {"time", "duration", "alert", "fail"}) sla.erase(key);
    if (alert) add_root_task("^sla^alert", {{"_type", "notify"}, {"_command", "SLA violation"}});
    if (fails) add_root_task("^sla^fail", {{"_type", "fail"}, {"_command", "SLA violation"}});
    add_root_task("^sla", sla);
  }

  void add_root_task(std::string_view suffix, const Object& config) {
    add_generated(machine_, 0, suffix, config, TaskFlag{}, TaskLimit::exempt);
  }

  Attempt& attempt_;
  Changes& changes_;
  Machine machine_;
};

}  // namespace

Created create_attempt(AttemptSpec spec, Instant now) {
  Created created;
  Attempt& attempt = created.attempt;
  attempt.base_params = std::move(spec.base_params);
  attempt.resumed = std::move(spec.resumed);
  attempt.max_tasks = spec.max_tasks;
  check_task_limit(attempt, spec.tree.tasks.size());
  Machine machine(attempt, created.changes, now);
  machine.add_tree(std::move(spec.tree), kNone, kInitial);
  machine.may_start(0);
  machine.settle();
  created.changes.applied = true;
  created.changes.finished = attempt.done();
  return created;
}

Changes apply(Attempt& attempt, const Event& event, Instant now) {
  Changes changes;
  const bool was_done = attempt.done();
  EventHandler handler(attempt, changes, now);
  std::visit(handler, event);
  handler.settle();
  changes.finished = attempt.done() && !was_done;
  return changes;
}

}  // namespace mogura::engine
