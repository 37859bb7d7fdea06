// The task state machine over an attempt's links: what one change of state sets off in the tree.
//
// A change is carried through by two worklists, so that neither long sequences nor deep trees
// recurse: tasks that may have become free to start, and tasks that may have become complete.
// Starts go first: a group is complete only when nothing below it can start any more.
#pragma once

#include <deque>
#include <vector>

#include "engine/event.h"

namespace mogura::engine {

class Machine {
 public:
  Machine(Attempt& attempt, Changes& changes, Instant now)
      : attempt_(attempt), changes_(changes), now_(now) {}

  /// Writes a row's state and everything that is counted from it.
  void set_state(TaskIndex task, TaskState state);
  /// Appends the tasks of `tree` below `parent` (kNone for the attempt's root), blocked or, where
  /// resumed, successful. Returns the position of the tree's root. Throws ConfigError.
  TaskIndex add_tree(workflow::TaskTree tree, TaskIndex parent, TaskFlag flags);
  /// Makes `task` wait for `upstream`, its sibling.
  void add_upstream(TaskIndex task, TaskIndex upstream);
  /// Copies the first round of a group's tasks for another one (execution.md §6.4).
  void copy_children(TaskIndex group);
  /// Opens a group: its children may start.
  void open(TaskIndex group);
  /// Queues a task for its next run.
  void start(TaskIndex task);
  /// Notes that `task` may be free to start.
  void may_start(TaskIndex task) { may_start_.push_back(task); }
  void mark_changed(TaskIndex task) { changes_.changed.push_back(task); }
  /// Carries through what the calls above have set off.
  void settle();

  Task& row(TaskIndex task) { return attempt_.tasks[task]; }
  TaskLinks& links(TaskIndex task) { return attempt_.links[task]; }
  Attempt& attempt() { return attempt_; }
  Instant now() const { return now_; }
  void note(LogLevel level, TaskIndex task, std::string text) {
    changes_.notes.push_back({level, task, std::move(text)});
  }
  void cancel_run(TaskIndex task) { changes_.to_cancel.push_back(task); }

 private:
  void try_start(TaskIndex task);
  void try_complete(TaskIndex task);

  Attempt& attempt_;
  Changes& changes_;
  Instant now_;
  std::deque<TaskIndex> may_start_;
  std::vector<TaskIndex> may_be_complete_;
};

}  // namespace mogura::engine
