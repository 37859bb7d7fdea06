// "Before" a task are its ancestors, and on each level down to it every sibling that must have
// succeeded by then, with all that is inside.
//
//   +w  +a            before +g+y: +w, +g, +a, +g+x
//       +g  +x        not before:  +g+y itself and +z
//           +y
//       +z
#include "cli/skip_plan.h"

#include <vector>

#include "cli/command.h"
#include "workflow/task_pattern.h"

namespace mogura::cli {
namespace {

using workflow::kNoTask;
using workflow::kNoUpstreams;
using workflow::TaskPosition;
using workflow::TaskTree;

class PositionSet {
 public:
  explicit PositionSet(const TaskTree& tree) : tree_(tree), inside_(tree.tasks.size()) {}

  void add(TaskPosition task) { inside_[task] = true; }

  /// Whether the task was new.
  bool add_if_new(TaskPosition task) {
    const bool is_new = !inside_[task];
    inside_[task] = true;
    return is_new;
  }

  /// Parents come before children, so one pass is enough.
  void add_descendants_of(const std::vector<TaskPosition>& roots) {
    std::vector<bool> below(tree_.tasks.size());
    for (const TaskPosition root : roots) below[root] = true;
    for (TaskPosition task = 0; task < tree_.tasks.size(); ++task) {
      const TaskPosition parent = tree_.tasks[task].parent;
      if (parent != kNoTask && below[parent]) below[task] = true;
      if (below[task]) inside_[task] = true;
    }
  }

  SkipPlan::Names names() const {
    SkipPlan::Names names;
    for (TaskPosition task = 0; task < tree_.tasks.size(); ++task) {
      if (inside_[task]) names.insert(tree_.tasks[task].full_name);
    }
    return names;
  }

 private:
  const TaskTree& tree_;
  std::vector<bool> inside_;
};

/// The siblings that the task waits for, those that they wait for, and so on.
void add_upstreams(const TaskTree& tree, TaskPosition task, PositionSet& found,
                   std::vector<TaskPosition>& roots) {
  std::vector<TaskPosition> pending = {task};
  while (!pending.empty()) {
    const workflow::UpstreamSet set = tree.tasks[pending.back()].upstreams;
    pending.pop_back();
    if (set == kNoUpstreams) continue;
    for (const TaskPosition upstream : tree.upstreams[set]) {
      if (!found.add_if_new(upstream)) continue;
      roots.push_back(upstream);
      pending.push_back(upstream);
    }
  }
}

PositionSet before(const TaskTree& tree, TaskPosition task) {
  PositionSet found(tree);
  std::vector<TaskPosition> roots;
  for (TaskPosition at = task; at != kNoTask; at = tree.tasks[at].parent) {
    if (at != task) found.add(at);
    add_upstreams(tree, at, found, roots);
  }
  found.add_descendants_of(roots);
  return found;
}

}  // namespace

void check_skip_options(const SkipOptions& options) {
  if (options.start && options.goal) {
    throw UsageError("-s, --start and -g, --goal don't work together");
  }
  if (options.goal && options.end) {
    throw UsageError("-s, --start and -e, --end don't work together");
  }
  if (options.rerun && options.start) {
    throw UsageError("-a, --rerun and -s, --start don't work together");
  }
  if (options.rerun && options.goal) {
    throw UsageError("-a, --rerun and -g, --goal don't work together");
  }
}

std::string_view SkipPlan::decisive(std::string_view task) const {
  if (!written) return task;
  for (std::string_view name = task; !name.empty();) {
    if (written->contains(name)) return name;
    const std::size_t last_part = name.find_last_of("+^");
    if (last_part == std::string_view::npos) break;
    name = name.substr(0, last_part);
  }
  return task;
}

SkipPlan make_skip_plan(const TaskTree& tree, const SkipOptions& options,
                        GeneratedTasks generated) {
  SkipPlan plan;
  if (generated == GeneratedTasks::as_their_ancestor) {
    plan.written.emplace();
    for (const workflow::TaskNode& task : tree.tasks) plan.written->insert(task.full_name);
  }
  if (options.rerun) plan.may_reuse.emplace();
  if (options.start) {
    plan.may_reuse = before(tree, workflow::find_task(tree, *options.start)).names();
  }
  if (options.goal) {
    const TaskPosition goal = workflow::find_task(tree, *options.goal);
    PositionSet needed = before(tree, goal);
    plan.may_reuse = needed.names();
    needed.add_descendants_of({goal});
    plan.may_run = needed.names();
  }
  if (options.end) {
    plan.may_run = before(tree, workflow::find_task(tree, *options.end)).names();
  }
  return plan;
}

}  // namespace mogura::cli
