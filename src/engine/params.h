// The parameters that a task sees of the others: exports on the path to it, stores before it
// (language.md §10.3, execution.md §7).
#pragma once

#include "engine/attempt.h"

namespace mogura::engine {

/// Layers 1-5 of language.md §10.1 for a task whose parent is open and whose upstreams have
/// succeeded. Shared with other tasks where they see the same. Throws ConfigError where a reset
/// path leads through a value that is no object.
Value task_params(Attempt& attempt, TaskIndex task);

/// The stores of all descendants of `task` in depth-first id order, merged onto `params`.
void merge_descendant_stores(const Attempt& attempt, TaskIndex task, Object& params);

/// The error objects of all descendants of `task` in the same order, merged.
Object merged_descendant_errors(const Attempt& attempt, TaskIndex task);

/// Notes that `task` stored something, so that later tasks look for it.
void note_stores(Attempt& attempt, TaskIndex task);

/// Forgets what was cached of the task's own exports and stores.
void forget_params_inside(Attempt& attempt, TaskIndex task);

}  // namespace mogura::engine
