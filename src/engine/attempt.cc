#include "engine/attempt.h"

#include <algorithm>

#include "engine/params.h"

namespace mogura::engine {
namespace {

void link_to_parent(Attempt& attempt, TaskIndex task) {
  const TaskIndex parent = attempt.tasks[task].parent;
  if (parent == kNone) return;
  TaskLinks& links = attempt.links[parent];
  if (links.last_child == kNone) {
    links.first_child = task;
  } else {
    attempt.links[links.last_child].next_sibling = task;
  }
  links.last_child = task;
  if (is_progressing(attempt.tasks[task].state)) ++links.progressing_children;
  if (is_error(attempt.tasks[task].state)) links.child_failed = true;
}

void link_row(Attempt& attempt, TaskIndex task) {
  const Task& row = attempt.tasks[task];
  link_to_parent(attempt, task);
  if (row.waits_for != kNone) attempt.barrier_links[row.waits_for].waiters.push_back(task);
  if (row.output != nullptr &&
      (!row.output->store_params.empty() || !row.output->reset_store_params.empty())) {
    note_stores(attempt, task);
  }
  if (row.retry_at.has_value()) attempt.timers.emplace(*row.retry_at, task);
  if (is_timed(row)) attempt.timed.emplace(*row.started_at, task);
}

}  // namespace

std::string_view state_name(TaskState state) {
  static constexpr std::string_view kNames[] = {
      "blocked", "ready",   "retry_waiting", "group_retry_waiting",
      "running", "planned", "group_error",   "success",
      "error",   "canceled"};
  return kNames[static_cast<std::size_t>(state)];
}

std::optional<Instant> Attempt::next_timer() const {
  std::optional<Instant> next;
  const auto at_the_latest = [&](Instant time) { next = std::min(next.value_or(time), time); };
  if (!timers.empty()) at_the_latest(timers.begin()->first);
  if (cancel_requested) return next;
  if (time_limits.attempt_ends) at_the_latest(*time_limits.attempt_ends);
  if (time_limits.task_ttl && !timed.empty()) {
    at_the_latest(timed.begin()->first + *time_limits.task_ttl);
  }
  return next;
}

void count_from(Attempt& attempt, TaskIndex task, Instant started_at) {
  Task& row = attempt.tasks[task];
  if (is_timed(row)) attempt.timed.erase({*row.started_at, task});
  row.started_at = started_at;
  if (is_timed(row)) attempt.timed.emplace(started_at, task);
}

void link_rows(Attempt& attempt, TaskIndex first_task, BarrierIndex first_barrier) {
  attempt.links.resize(attempt.tasks.size());
  attempt.barrier_links.resize(attempt.barriers.size());
  for (BarrierIndex barrier = first_barrier; barrier < attempt.barriers.size(); ++barrier) {
    for (const TaskIndex member : attempt.barriers[barrier]) {
      attempt.links[member].member_of.push_back(barrier);
      if (attempt.tasks[member].state != TaskState::success) {
        ++attempt.barrier_links[barrier].unfinished;
      }
    }
  }
  for (TaskIndex task = first_task; task < attempt.tasks.size(); ++task) link_row(attempt, task);
}

void rebuild_links(Attempt& attempt) {
  attempt.links.clear();
  attempt.barrier_links.clear();
  attempt.timers.clear();
  attempt.timed.clear();
  link_rows(attempt, 0, 0);
}

}  // namespace mogura::engine
