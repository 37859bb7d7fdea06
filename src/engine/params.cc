// The walk of language.md §10.3, cut into pieces that are shared.
//
// Let inside(N) be what the children of N start from, and at(T) what T starts from:
//
//   at(T)     = inside(parent of T), then the stores of everything before T in its group
//   inside(N) = at(N), then N's exports, then N's own stores
//
// at(T) depends on T only through its barrier, so each barrier keeps it; inside(N) is kept by N. A
// barrier with one member (a sequence), or whose members all wait for one other barrier (a chunk),
// continues from what that one has: in a sequence of n tasks each step costs the stores of one
// task. Where nothing was stored the very same object is handed on.
#include "engine/params.h"

#include <algorithm>

#include "value/config.h"
#include "value/merge.h"

namespace mogura::engine {
namespace {

void apply_store(const Task& task, Object& params) {
  if (task.output == nullptr) return;
  for (const std::string& path : task.output->reset_store_params) {
    value::erase_path(params, path);
  }
  value::deep_merge(params, task.output->store_params);
}

// The task's store, then those of its descendants, children in id order.
void apply_subtree_stores(const Attempt& attempt, TaskIndex task, Object& params) {
  if (!attempt.links[task].subtree_stores) return;
  apply_store(attempt.tasks[task], params);
  merge_descendant_stores(attempt, task, params);
}

const Value& params_inside(Attempt& attempt, TaskIndex task);

// The barrier whose parameters those of `barrier` continue from: that of all its members, if it is
// one and the same. `shared` is false where members wait for different ones.
struct Continued {
  BarrierIndex barrier;
  bool shared;
};
Continued continued_from(const Attempt& attempt, BarrierIndex barrier) {
  const std::vector<TaskIndex>& members = attempt.barriers[barrier];
  const BarrierIndex first = attempt.tasks[members.front()].waits_for;
  const bool shared = std::ranges::all_of(
      members, [&](TaskIndex member) { return attempt.tasks[member].waits_for == first; });
  return {first, shared};
}

// All tasks before `barrier` opens, transitively, ascending.
std::set<TaskIndex> tasks_before(const Attempt& attempt, BarrierIndex barrier) {
  std::set<TaskIndex> before;
  std::vector<BarrierIndex> open{barrier};
  while (!open.empty()) {
    const BarrierIndex next = open.back();
    open.pop_back();
    for (const TaskIndex member : attempt.barriers[next]) {
      const BarrierIndex upstream = attempt.tasks[member].waits_for;
      if (before.insert(member).second && upstream != kNone) open.push_back(upstream);
    }
  }
  return before;
}

template <class Tasks>
Value with_subtree_stores(const Attempt& attempt, Value params, const Tasks& tasks) {
  for (const TaskIndex task : tasks) {
    if (attempt.links[task].subtree_stores) apply_subtree_stores(attempt, task, params.object());
  }
  return params;
}

const Value& params_at_barrier(Attempt& attempt, BarrierIndex barrier) {
  // Walks back to the nearest barrier whose parameters are known, then forward again.
  std::vector<BarrierIndex> chain;
  Value params;
  const TaskIndex parent = attempt.tasks[attempt.barriers[barrier].front()].parent;
  for (BarrierIndex at = barrier;;) {
    if (at == kNone) {
      params = params_inside(attempt, parent);
      break;
    }
    if (const Value& known = attempt.barrier_links[at].params; !known.is_null()) {
      params = known;
      break;
    }
    const Continued from = continued_from(attempt, at);
    if (!from.shared) {
      params =
          with_subtree_stores(attempt, params_inside(attempt, parent), tasks_before(attempt, at));
      attempt.barrier_links[at].params = params;
      break;
    }
    chain.push_back(at);
    at = from.barrier;
  }
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    params = with_subtree_stores(attempt, std::move(params), attempt.barriers[*at]);
    attempt.barrier_links[*at].params = params;
  }
  return attempt.barrier_links[barrier].params;
}

Value params_at(Attempt& attempt, TaskIndex task) {
  const Task& row = attempt.tasks[task];
  if (row.parent == kNone) return attempt.base_params;
  if (row.waits_for == kNone) return params_inside(attempt, row.parent);
  return params_at_barrier(attempt, row.waits_for);
}

const Value& params_inside(Attempt& attempt, TaskIndex task) {
  Value& cached = attempt.links[task].params_inside;
  if (!cached.is_null()) return cached;
  Value params = params_at(attempt, task);
  const Task& row = attempt.tasks[task];
  if (row.exports.is_object()) value::deep_merge(params.object(), row.exports.as_object());
  if (row.output != nullptr) {
    if (!row.output->export_params.empty()) {
      value::deep_merge(params.object(), row.output->export_params);
    }
    if (!row.output->store_params.empty() || !row.output->reset_store_params.empty()) {
      apply_store(row, params.object());
    }
  }
  cached = std::move(params);
  return cached;
}

template <class Visit>
void visit_descendants(const Attempt& attempt, TaskIndex task, const Visit& visit) {
  std::vector<TaskIndex> open;
  const auto push_children = [&](TaskIndex of) {
    const std::size_t from = open.size();
    for (TaskIndex child = attempt.links[of].first_child; child != kNone;
         child = attempt.links[child].next_sibling) {
      open.push_back(child);
    }
    std::reverse(open.begin() + static_cast<std::ptrdiff_t>(from), open.end());
  };
  push_children(task);
  while (!open.empty()) {
    const TaskIndex next = open.back();
    open.pop_back();
    visit(next);
    push_children(next);
  }
}

}  // namespace

Value task_params(Attempt& attempt, TaskIndex task) {
  Value params = params_at(attempt, task);
  const Value& exports = attempt.tasks[task].exports;
  if (exports.is_object() && !exports.as_object().empty()) {
    value::deep_merge(params.object(), exports.as_object());
  }
  return params;
}

void merge_descendant_stores(const Attempt& attempt, TaskIndex task, Object& params) {
  if (!attempt.links[task].subtree_stores) return;
  visit_descendants(attempt, task,
                    [&](TaskIndex child) { apply_store(attempt.tasks[child], params); });
}

Object merged_descendant_errors(const Attempt& attempt, TaskIndex task) {
  Object errors;
  visit_descendants(attempt, task, [&](TaskIndex child) {
    const Task& row = attempt.tasks[child];
    if (row.output != nullptr) value::deep_merge(errors, row.output->error);
  });
  return errors;
}

void note_stores(Attempt& attempt, TaskIndex task) {
  for (TaskIndex at = task; at != kNone && !attempt.links[at].subtree_stores;
       at = attempt.tasks[at].parent) {
    attempt.links[at].subtree_stores = true;
  }
}

void forget_params_inside(Attempt& attempt, TaskIndex task) {
  attempt.links[task].params_inside = Value();
}

}  // namespace mogura::engine
