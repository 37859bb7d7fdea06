// The rows of an attempt's tasks and barriers.
#pragma once

#include <span>

#include "engine/attempt.h"
#include "store/sql/session.h"
#include "store/store.h"

namespace mogura::store::sql {

/// What writes all tasks and barriers of a new attempt.
std::vector<BulkRun> new_task_writes(AttemptId id, const engine::Attempt& attempt);

/// Adds what writes the rows that the commits add or change. Rows that are there already are left
/// as they are: then the commit is refused anyway.
void add_task_writes(std::vector<BulkRun>& runs, std::span<const Commit* const> commits);

std::vector<engine::Task> load_tasks(Session& session, AttemptId id);
std::vector<std::vector<engine::TaskIndex>> load_barriers(Session& session, AttemptId id);

/// The columns that task_from() reads, separated by commas.
extern const std::string_view kTaskColumns;
engine::Task task_from(Rows::Row& row);

}  // namespace mogura::store::sql
