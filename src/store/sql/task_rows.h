// The rows of an attempt's tasks and barriers.
#pragma once

#include <span>

#include "engine/attempt.h"
#include "store/sql/session.h"
#include "store/store.h"

namespace mogura::store::sql {

/// All tasks and barriers of a new attempt.
void insert_tasks(Session& session, AttemptId id, const engine::Attempt& attempt);

/// The rows that the commits add or change.
void write_tasks(Session& session, std::span<const Commit* const> commits);

/// Reads all tasks and barriers into `attempt`.
void load_tasks(Session& session, AttemptId id, engine::Attempt& attempt);

/// The columns that task_from() reads, separated by commas.
extern const std::string_view kTaskColumns;
engine::Task task_from(Rows::Row& row);

}  // namespace mogura::store::sql
