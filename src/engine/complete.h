// How a task ends when nothing below it can go on (execution.md §6.3).
#pragma once

#include "engine/machine.h"

namespace mogura::engine {

/// Decides about a planned task without progressing children: canceled, failed, another round, more
/// tasks (`_error`, the failure alert), or success.
void complete(Machine& machine, TaskIndex task);

/// Adds the task's `_error` with `error` in its exports; false where there is none, or where it
/// cannot be added (which is noted).
bool add_error_task(Machine& machine, TaskIndex task, Object error, const Object& stores);

/// Adds a task tree named `suffix` below `task`. Throws ConfigError, and Error of kind "task limit
/// exceeded" unless `limited` is false.
enum class TaskLimit { applies, exempt };
TaskIndex add_generated(Machine& machine, TaskIndex task, std::string_view suffix,
                        const Object& config, TaskFlag flags, TaskLimit limit);

/// `_check`, `_error` or `_retry` of a task: its own key, else that of its own `_export`; null
/// where there is none.
const Value* own_setting(const Task& task, std::string_view key);

/// Throws Error of kind "task limit exceeded" (language.md §15).
void check_task_limit(const Attempt& attempt, std::size_t adding);

}  // namespace mogura::engine
