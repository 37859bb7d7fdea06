#include "store/sql/task_rows.h"

#include <algorithm>

#include "store/sql/bulk.h"
#include "store/sql/json_column.h"

namespace mogura::store::sql {
namespace {

// In the order of add_progress().
constexpr Bulk::Column kProgress[] = {
    {"barrier", Type::integer},  {"state", Type::integer},      {"flags", Type::integer},
    {"output", Type::text},      {"state_params", Type::text},  {"run", Type::integer},
    {"retry_at", Type::integer}, {"started_at", Type::integer}, {"updated_at", Type::integer},
};

std::vector<Bulk::Column> with_progress(std::vector<Bulk::Column> columns) {
  columns.insert(columns.end(), std::begin(kProgress), std::end(kProgress));
  return columns;
}

// In the order of add_new_task().
const Bulk& insert_tasks_bulk() {
  static const Bulk bulk = bulk_insert("tasks",
                                       with_progress({{"attempt_id", Type::integer},
                                                      {"position", Type::integer},
                                                      {"full_name", Type::text},
                                                      {"name_offset", Type::integer},
                                                      {"parent", Type::integer},
                                                      {"is_group", Type::integer},
                                                      {"config", Type::text},
                                                      {"exports", Type::text}}),
                                       "(attempt_id, position) DO NOTHING");
  return bulk;
}

// In the order of add_changed_task().
const Bulk& update_tasks_bulk() {
  static const Bulk bulk = bulk_update(
      "tasks", 2, with_progress({{"attempt_id", Type::integer}, {"position", Type::integer}}));
  return bulk;
}

const Bulk& insert_barriers_bulk() {
  static const Bulk bulk = bulk_insert(
      "barriers",
      {{"attempt_id", Type::integer}, {"position", Type::integer}, {"members", Type::text}},
      "(attempt_id, position) DO NOTHING");
  return bulk;
}

std::optional<std::int64_t> index_column(std::uint32_t index) {
  if (index == engine::kNone) return std::nullopt;
  return index;
}

std::uint32_t index_from(std::optional<std::int64_t> column) {
  return column ? static_cast<std::uint32_t>(*column) : engine::kNone;
}

// What changes in a task's life.
void add_progress(std::vector<Param>& rows, const engine::Task& task) {
  rows.insert(rows.end(), {index_column(task.waits_for), static_cast<int>(task.state), task.flags,
                           output_column(task.output), value_column(task.state_params), task.run,
                           task.retry_at, task.started_at, task.updated_at});
}

void add_new_task(std::vector<Param>& rows, AttemptId attempt, std::size_t position,
                  const engine::Task& task) {
  rows.insert(rows.end(), {attempt, position, task.full_name, task.name_offset,
                           index_column(task.parent), task.kind == engine::TaskKind::group ? 1 : 0,
                           value_column(task.config), value_column(task.exports)});
  add_progress(rows, task);
}

void add_changed_task(std::vector<Param>& rows, AttemptId attempt, std::size_t position,
                      const engine::Task& task) {
  rows.insert(rows.end(), {attempt, position});
  add_progress(rows, task);
}

void add_barriers(std::vector<Param>& rows, AttemptId id, const engine::Attempt& attempt,
                  std::size_t first) {
  for (std::size_t position = first; position < attempt.barriers.size(); ++position) {
    const Param row[] = {id, position, members_column(attempt.barriers[position])};
    rows.insert(rows.end(), std::begin(row), std::end(row));
  }
}

void add_tasks(std::vector<Param>& rows, AttemptId id, const engine::Attempt& attempt,
               std::size_t first) {
  for (std::size_t position = first; position < attempt.tasks.size(); ++position) {
    add_new_task(rows, id, position, attempt.tasks[position]);
  }
}

}  // namespace

const std::string_view kTaskColumns =
    "position, full_name, name_offset, parent, barrier, is_group, state, flags, config, exports, "
    "output, state_params, run, retry_at, started_at, updated_at";

engine::Task task_from(Rows::Row& row) {
  engine::Task task;
  task.full_name = row.text();
  task.name_offset = static_cast<std::uint32_t>(row.number());
  task.parent = index_from(row.maybe_number());
  task.waits_for = index_from(row.maybe_number());
  task.kind = row.flag() ? engine::TaskKind::group : engine::TaskKind::task;
  task.state = static_cast<engine::TaskState>(row.number());
  task.flags = static_cast<std::uint8_t>(row.number());
  task.config = value_from(row.maybe_text());
  task.exports = value_from(row.maybe_text());
  task.output = output_from(row.maybe_text());
  task.state_params = value_from(row.maybe_text());
  task.run = static_cast<std::int32_t>(row.number());
  task.retry_at = row.maybe_time();
  task.started_at = row.maybe_time();
  task.updated_at = row.time();
  return task;
}

std::vector<BulkRun> new_task_writes(AttemptId id, const engine::Attempt& attempt) {
  std::vector<Param> tasks;
  add_tasks(tasks, id, attempt, 0);
  std::vector<Param> barriers;
  add_barriers(barriers, id, attempt, 0);
  return {{&insert_tasks_bulk(), std::move(tasks)}, {&insert_barriers_bulk(), std::move(barriers)}};
}

void add_task_writes(std::vector<BulkRun>& runs, std::span<const Commit* const> commits) {
  std::vector<Param> added;
  std::vector<Param> changed;
  std::vector<Param> barriers;
  for (const Commit* const commit : commits) {
    const engine::Attempt& attempt = *commit->after;
    std::vector<engine::TaskIndex> positions = commit->changed;
    std::ranges::sort(positions);
    positions.erase(std::ranges::unique(positions).begin(), positions.end());
    for (const engine::TaskIndex position : positions) {
      if (position >= commit->stored_tasks) break;
      add_changed_task(changed, commit->attempt, position, attempt.tasks[position]);
    }
    add_tasks(added, commit->attempt, attempt, commit->stored_tasks);
    add_barriers(barriers, commit->attempt, attempt, commit->stored_barriers);
  }
  runs.push_back({&update_tasks_bulk(), std::move(changed)});
  runs.push_back({&insert_tasks_bulk(), std::move(added)});
  runs.push_back({&insert_barriers_bulk(), std::move(barriers)});
}

std::vector<engine::Task> load_tasks(Session& session, AttemptId id) {
  const Rows rows = session.run(
      "SELECT " + std::string(kTaskColumns) + " FROM tasks WHERE attempt_id = $1 ORDER BY position",
      {id});
  std::vector<engine::Task> tasks;
  tasks.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    row.number();  // positions ascend without gaps
    tasks.push_back(task_from(row));
  }
  return tasks;
}

std::vector<std::vector<engine::TaskIndex>> load_barriers(Session& session, AttemptId id) {
  const Rows rows =
      session.run("SELECT members FROM barriers WHERE attempt_id = $1 ORDER BY position", {id});
  std::vector<std::vector<engine::TaskIndex>> barriers;
  for (std::size_t i = 0; i < rows.size(); ++i) barriers.push_back(members_from(rows[i].text()));
  return barriers;
}

}  // namespace mogura::store::sql
