#include "engine/machine.h"

#include <algorithm>
#include <map>

#include "engine/complete.h"
#include "engine/params.h"
#include "value/config.h"

namespace mogura::engine {
namespace {

// Splits a task's keys into its `_export` and the rest (language.md §5.5).
void split_config(Object config, Task& row) {
  Object exports = value::find_object(config, "_export");
  if (!exports.empty()) row.exports = std::move(exports);
  config.erase("_export");
  row.config = std::move(config);
}

void take_over(const ResumedTask& resumed, Instant now, Task& row) {
  TaskOutput output;
  output.export_params = resumed.export_params;
  output.store_params = resumed.store_params;
  row.output = std::make_shared<const TaskOutput>(std::move(output));
  row.state = TaskState::success;
  row.updated_at = now;
}

// The tasks below `group` that another round runs again, ascending: those of the definition, but
// not what operators generated below ^sub.
std::vector<TaskIndex> copied_tasks(const Attempt& attempt, TaskIndex group) {
  std::vector<TaskIndex> found;
  std::vector<TaskIndex> open{group};
  while (!open.empty()) {
    const TaskIndex task = open.back();
    open.pop_back();
    for (TaskIndex child = attempt.links[task].first_child; child != kNone;
         child = attempt.links[child].next_sibling) {
      const Task& row = attempt.tasks[child];
      if (!row.has(kInitial) || row.name().find("^sub") != std::string_view::npos) continue;
      found.push_back(child);
      open.push_back(child);
    }
  }
  std::ranges::sort(found);
  return found;
}

Task blank_copy(const Task& row) {
  Task copy;
  copy.full_name = row.full_name;
  copy.name_offset = row.name_offset;
  copy.kind = row.kind;
  copy.config = row.config;
  copy.exports = row.exports;
  return copy;
}

}  // namespace

void Machine::set_state(TaskIndex task, TaskState state) {
  Task& changed = row(task);
  const TaskState before = changed.state;
  if (is_timed(changed)) attempt_.timed.erase({*changed.started_at, task});
  changed.state = state;
  if (is_timed(changed)) attempt_.timed.emplace(*changed.started_at, task);
  changed.updated_at = now_;
  mark_changed(task);
  if (changed.retry_at.has_value() && state != TaskState::retry_waiting &&
      state != TaskState::group_retry_waiting) {
    attempt_.timers.erase({*changed.retry_at, task});
    changed.retry_at.reset();
  }
  if (state == TaskState::success) {
    for (const BarrierIndex barrier : links(task).member_of) {
      BarrierLinks& waiting = attempt_.barrier_links[barrier];
      if (--waiting.unfinished > 0) continue;
      may_start_.insert(may_start_.end(), waiting.waiters.begin(), waiting.waiters.end());
    }
  }
  if (changed.parent == kNone) return;
  TaskLinks& parent = links(changed.parent);
  if (is_progressing(state) && !is_progressing(before)) ++parent.progressing_children;
  if (!is_progressing(state) && is_progressing(before)) --parent.progressing_children;
  if (is_error(state)) parent.child_failed = true;
  if (is_done(state) && parent.progressing_children == 0) {
    may_be_complete_.push_back(changed.parent);
  }
}

TaskIndex Machine::add_tree(workflow::TaskTree tree, TaskIndex parent, TaskFlag flags) {
  const auto first = static_cast<TaskIndex>(attempt_.tasks.size());
  const auto first_barrier = static_cast<BarrierIndex>(attempt_.barriers.size());
  std::vector<Task> rows;
  rows.reserve(tree.tasks.size());
  for (workflow::TaskNode& node : tree.tasks) {
    Task& added = rows.emplace_back();
    added.parent = node.parent == workflow::kNoTask ? parent : first + node.parent;
    added.waits_for =
        node.upstreams == workflow::kNoUpstreams ? kNone : first_barrier + node.upstreams;
    added.full_name = std::move(node.full_name);
    added.name_offset = node.name_offset;
    added.kind = node.kind;
    added.flags = flags;
    added.updated_at = now_;
    split_config(std::move(node.config), added);
    const auto resumed = attempt_.resumed.find(added.full_name);
    if (resumed != attempt_.resumed.end()) take_over(resumed->second, now_, added);
  }
  for (TaskIndex task = first; task < first + rows.size(); ++task) mark_changed(task);
  std::ranges::move(rows, std::back_inserter(attempt_.tasks));
  for (std::vector<TaskIndex>& members : tree.upstreams) {
    for (TaskIndex& member : members) member += first;
    attempt_.barriers.push_back(std::move(members));
  }
  link_rows(attempt_, first, first_barrier);
  return first;
}

void Machine::add_upstream(TaskIndex task, TaskIndex upstream) {
  const auto barrier = static_cast<BarrierIndex>(attempt_.barriers.size());
  attempt_.barriers.push_back({upstream});
  row(task).waits_for = barrier;
  BarrierLinks& waiting = attempt_.barrier_links.emplace_back();
  waiting.unfinished = row(upstream).state == TaskState::success ? 0 : 1;
  waiting.waiters.push_back(task);
  links(upstream).member_of.push_back(barrier);
}

void Machine::copy_children(TaskIndex group) {
  const auto first = static_cast<TaskIndex>(attempt_.tasks.size());
  const auto first_barrier = static_cast<BarrierIndex>(attempt_.barriers.size());
  std::map<TaskIndex, TaskIndex> copies{{group, group}};
  std::map<BarrierIndex, BarrierIndex> barrier_copies;
  for (const TaskIndex original : copied_tasks(attempt_, group)) {
    Task copy = blank_copy(row(original));
    copy.parent = copies.at(row(original).parent);
    copy.updated_at = now_;
    if (const BarrierIndex barrier = row(original).waits_for; barrier != kNone) {
      const auto [known, is_new] =
          barrier_copies.try_emplace(barrier, static_cast<BarrierIndex>(attempt_.barriers.size()));
      if (is_new) {
        std::vector<TaskIndex> members;
        for (const TaskIndex member : attempt_.barriers[barrier]) {
          members.push_back(copies.at(member));
        }
        attempt_.barriers.push_back(std::move(members));
      }
      copy.waits_for = known->second;
    }
    const auto position = static_cast<TaskIndex>(attempt_.tasks.size());
    copies.emplace(original, position);
    attempt_.tasks.push_back(std::move(copy));
    mark_changed(position);
  }
  link_rows(attempt_, first, first_barrier);
}

void Machine::open(TaskIndex group) {
  set_state(group, TaskState::planned);
  for (TaskIndex child = links(group).first_child; child != kNone;
       child = links(child).next_sibling) {
    may_start(child);
  }
  may_be_complete_.push_back(group);
}

void Machine::start(TaskIndex task) {
  Task& started = row(task);
  if (!started.started_at.has_value()) started.started_at = now_;
  set_state(task, TaskState::running);
  ++started.run;
  changes_.to_run.push_back(task);
}

void Machine::try_start(TaskIndex task) {
  const Task& candidate = row(task);
  if (candidate.state != TaskState::blocked) return;
  if (candidate.parent != kNone && row(candidate.parent).state != TaskState::planned) return;
  if (candidate.waits_for != kNone && attempt_.barrier_links[candidate.waits_for].unfinished > 0) {
    return;
  }
  if (candidate.kind == TaskKind::group) {
    open(task);
  } else if (candidate.has(kCancelRequested)) {
    set_state(task, TaskState::canceled);
  } else {
    start(task);
  }
}

void Machine::try_complete(TaskIndex task) {
  if (row(task).state == TaskState::planned && links(task).progressing_children == 0) {
    complete(*this, task);
  }
}

void Machine::settle() {
  while (true) {
    if (!may_start_.empty()) {
      const TaskIndex task = may_start_.front();
      may_start_.pop_front();
      try_start(task);
    } else if (!may_be_complete_.empty()) {
      const TaskIndex task = may_be_complete_.back();
      may_be_complete_.pop_back();
      try_complete(task);
    } else {
      return;
    }
  }
}

}  // namespace mogura::engine
