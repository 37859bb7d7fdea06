// Drives an attempt in tests: the workflow as YAML, tasks by their names, what ran as text.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/apply.h"
#include "engine/params.h"
#include "value/json.h"
#include "workflow/yaml.h"

namespace mogura::engine {

class TestAttempt {
 public:
  explicit TestAttempt(std::string_view yaml, std::int64_t max_tasks = 1000) {
    AttemptSpec spec;
    spec.tree = workflow::compile("", "+w", workflow::parse_yaml(yaml).as_object());
    spec.max_tasks = max_tasks;
    Created created = create_attempt(std::move(spec), now_);
    attempt = std::move(created.attempt);
    take(created.changes);
  }

  /// The newest task with this full name, without the leading "+w".
  TaskIndex task(std::string_view name) const {
    for (std::size_t at = attempt.tasks.size(); at-- > 0;) {
      if (attempt.tasks[at].full_name == "+w" + std::string(name)) {
        return static_cast<TaskIndex>(at);
      }
    }
    throw std::runtime_error("no task " + std::string(name));
  }
  TaskState state(std::string_view name) const { return attempt.tasks[task(name)].state; }
  std::string params(std::string_view name) {
    return value::to_json(task_params(attempt, task(name)));
  }

  /// What is queued and not yet ended, names in the order of queueing: "+a +b".
  std::string running() const {
    std::string names;
    for (const TaskIndex at : running_) {
      names += (names.empty() ? "" : " ") + attempt.tasks[at].full_name.substr(2);
    }
    return names;
  }

  Changes happen(const Event& event) {
    Changes changes = apply(attempt, event, now_);
    take(changes);
    return changes;
  }
  Changes succeed(std::string_view name, TaskResult result = {}) {
    const TaskIndex at = end(name);
    return happen(TaskSucceeded{at, attempt.tasks[at].run, std::move(result)});
  }
  Changes fail(std::string_view name, std::string message = "failed") {
    const TaskIndex at = end(name);
    return happen(TaskFailed{at, attempt.tasks[at].run, Object{{"message", std::move(message)}}});
  }
  Changes retry(std::string_view name, std::chrono::seconds interval, Object state = {}) {
    const TaskIndex at = end(name);
    return happen(TaskRetry{at, attempt.tasks[at].run, interval, std::move(state)});
  }
  Changes pass(Duration time) {
    now_ += time;
    return happen(TimerDue{});
  }
  /// Lets everything that is queued succeed until nothing is.
  void succeed_all() {
    while (!running_.empty()) {
      succeed(attempt.tasks[running_.front()].full_name.substr(2));
    }
  }

  Attempt attempt;
  std::vector<std::string> notes;

 private:
  TaskIndex end(std::string_view name) {
    const TaskIndex at = task(name);
    std::erase(running_, at);
    return at;
  }
  void take(const Changes& changes) {
    running_.insert(running_.end(), changes.to_run.begin(), changes.to_run.end());
    for (const Note& note : changes.notes) notes.push_back(note.text);
  }

  Instant now_{};
  std::vector<TaskIndex> running_;
};

}  // namespace mogura::engine
