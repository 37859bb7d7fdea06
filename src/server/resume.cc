// A group that was retried holds tasks of the same names several times: the newest ones count. What
// ran because the earlier attempt failed or took too long is not taken over: the new attempt has
// its own failures to tell of.
#include "server/resume.h"

#include <algorithm>
#include <set>

#include "workflow/task_pattern.h"

namespace mogura::server {
namespace {

using engine::TaskIndex;

bool tells_of_failure(std::string_view full_name) {
  return full_name.contains("^failure-alert") || full_name.contains("^error") ||
         full_name.contains("^sla") || full_name.contains("^timeout");
}

engine::ResumedTask resumed(const engine::Task& task) {
  if (!task.output) return {};
  return {task.output->export_params, task.output->store_params};
}

// The newest task of each name. Positions are those in the attempt.
class NewestTasks {
 public:
  explicit NewestTasks(const store::AttemptTasks& tasks) : tasks_(tasks) {
    for (const store::TaskSummary& task : tasks.tasks) {
      by_position_.emplace(task.position, &task);
      newest_[task.task.full_name] = &task;
    }
  }

  const std::map<std::string_view, const store::TaskSummary*>& by_name() const { return newest_; }

  /// Throws what workflow::find_task() throws.
  const store::TaskSummary& matching(std::string_view pattern) const {
    workflow::TaskTree names;
    std::vector<const store::TaskSummary*> found;
    for (const store::TaskSummary& task : tasks_.tasks) {
      if (newest_.at(task.task.full_name) != &task) continue;
      workflow::TaskNode& node = names.tasks.emplace_back();
      node.full_name = task.task.full_name;
      found.push_back(&task);
    }
    return *found.at(workflow::find_task(names, pattern));
  }

  /// The siblings that have to succeed before the task may start, and those before them.
  std::set<TaskIndex> all_upstreams(TaskIndex position) const {
    std::set<TaskIndex> found;
    std::vector<TaskIndex> open{position};
    while (!open.empty()) {
      const engine::Task& task = by_position_.at(open.back())->task;
      open.pop_back();
      if (task.waits_for == engine::kNone) continue;
      for (const TaskIndex upstream : tasks_.barriers.at(task.waits_for)) {
        if (found.insert(upstream).second) open.push_back(upstream);
      }
    }
    return found;
  }

  const engine::Task& at(TaskIndex position) const { return by_position_.at(position)->task; }

 private:
  const store::AttemptTasks& tasks_;
  std::map<TaskIndex, const store::TaskSummary*> by_position_;
  std::map<std::string_view, const store::TaskSummary*> newest_;
};

// Whether the task or one that it is inside of is among `roots`.
bool is_below(const NewestTasks& tasks, TaskIndex position, const std::set<TaskIndex>& roots) {
  while (position != engine::kNone) {
    if (roots.contains(position)) return true;
    position = tasks.at(position).parent;
  }
  return false;
}

}  // namespace

ResumedTasks resume_failed(const store::AttemptTasks& tasks) {
  const NewestTasks newest(tasks);
  ResumedTasks found;
  for (const auto& [name, summary] : newest.by_name()) {
    const engine::Task& task = summary->task;
    if (task.state != engine::TaskState::success || tells_of_failure(name)) continue;
    if (task.parent == engine::kNone) {
      throw bad_request("Resuming successfully completed attempts is not supported");
    }
    found.emplace(name, resumed(task));
  }
  return found;
}

ResumedTasks resume_from(const store::AttemptTasks& tasks, std::string_view pattern) {
  const NewestTasks newest(tasks);
  std::set<TaskIndex> before;
  for (TaskIndex at = newest.matching(pattern).position; at != engine::kNone;
       at = newest.at(at).parent) {
    before.merge(newest.all_upstreams(at));
  }
  ResumedTasks found;
  for (const auto& [name, summary] : newest.by_name()) {
    if (!is_below(newest, summary->position, before) || tells_of_failure(name)) continue;
    if (summary->task.state != engine::TaskState::success) {
      throw bad_request("Resuming non-successful tasks is not allowed: task_id=" +
                        std::to_string(summary->id));
    }
    found.emplace(name, resumed(summary->task));
  }
  return found;
}

}  // namespace mogura::server
