// Task logs, a row for each portion (store/log_chunks.h).
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

LogChunks::File log_file_from(Rows::Row& row) {
  LogChunks::File file;
  file.name = row.text();
  file.bytes = static_cast<std::uint64_t>(row.number());
  return file;
}

}  // namespace

void SqlDatabase::append_log(AttemptId attempt, const std::string& name, std::uint64_t offset,
                             std::string_view bytes) {
  if (bytes.empty()) return;
  run(Access::write,
      "INSERT INTO log_chunks (attempt_id, name, ends_at, bytes) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (attempt_id, name, ends_at) DO NOTHING",
      {attempt, name, offset + bytes.size(), Param::bytes(std::string(bytes))});
}

std::vector<LogChunks::File> SqlDatabase::list_logs(AttemptId attempt) {
  return all_from(run(Access::read,
                      "SELECT name, max(ends_at) FROM log_chunks WHERE attempt_id = $1 "
                      "GROUP BY name ORDER BY name",
                      {attempt}),
                  log_file_from);
}

std::optional<std::string> SqlDatabase::read_log(AttemptId attempt, const std::string& name,
                                                 std::uint64_t offset) {
  const Rows rows = run(Access::read,
                        "SELECT ends_at, bytes FROM log_chunks "
                        "WHERE attempt_id = $1 AND name = $2 AND ends_at > $3 ORDER BY ends_at",
                        {attempt, name, offset});
  std::string log;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    Rows::Row row = rows[at];
    const auto end = static_cast<std::uint64_t>(row.number());
    const std::string& bytes = row.text();
    const std::uint64_t begin = end - bytes.size();
    log.append(bytes, begin < offset ? offset - begin : 0);
  }
  if (!rows.empty()) return log;
  const Rows any =
      run(Access::read, "SELECT 1 FROM log_chunks WHERE attempt_id = $1 AND name = $2 LIMIT 1",
          {attempt, name});
  return any.empty() ? std::nullopt : std::optional(log);
}

void SqlDatabase::delete_logs(AttemptId attempt) {
  run(Access::write, "DELETE FROM log_chunks WHERE attempt_id = $1", {attempt});
}

}  // namespace mogura::store::sql
