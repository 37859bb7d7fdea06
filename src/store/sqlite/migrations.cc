#include "store/sqlite/migrations.h"

#include <set>
#include <string_view>
#include <system_error>

#include "base/log.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/migration_scripts.h"

namespace mogura::store::sqlite {
namespace {

const Logger migration_logger("io.digdag.core.database.DatabaseMigrator");

struct Migration {
  std::string_view version;
  std::string_view sql;
};

// In order; a version never changes once it was released.
constexpr Migration kMigrations[] = {{"20261122000000", scripts::kAttempts},
                                     {"20261122000001", scripts::kProjects},
                                     {"20261122000002", scripts::kLogChunks}};

std::set<std::string> applied_versions(Connection& connection) {
  std::set<std::string> versions;
  Statement select(connection, "SELECT version FROM schema_migrations");
  const sql::Rows rows = select.run({});
  for (std::size_t i = 0; i < rows.size(); ++i) versions.insert(rows[i].text());
  return versions;
}

bool knows_migrations(Connection& connection) {
  Statement select(connection,
                   "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND "
                   "name = 'schema_migrations'");
  return !select.run({}).empty();
}

std::vector<Migration> pending_in(Connection& connection) {
  std::set<std::string> applied;
  if (knows_migrations(connection)) applied = applied_versions(connection);
  std::vector<Migration> pending;
  for (const Migration& migration : kMigrations) {
    if (!applied.contains(std::string(migration.version))) pending.push_back(migration);
  }
  return pending;
}

void apply(Connection& connection, const Migration& migration) {
  Transaction transaction(connection);
  connection.execute(migration.sql);
  Statement insert(connection, "INSERT INTO schema_migrations (version) VALUES ($1)");
  const sql::Param version(migration.version);
  insert.run({&version, 1});
  transaction.commit();
}

std::vector<std::string> versions_of(const std::vector<Migration>& migrations) {
  std::vector<std::string> versions;
  for (const Migration& migration : migrations) versions.emplace_back(migration.version);
  return versions;
}

}  // namespace

std::filesystem::path database_file(const std::filesystem::path& directory) {
  return directory / "mogura.db";
}

bool has_tables(const std::filesystem::path& directory) {
  std::error_code missing;
  if (!std::filesystem::exists(database_file(directory), missing)) return false;
  Connection connection(database_file(directory), OpenMode::existing);
  return knows_migrations(connection);
}

std::vector<std::string> pending_migrations(const std::filesystem::path& directory) {
  Connection connection(database_file(directory), OpenMode::existing);
  return versions_of(pending_in(connection));
}

std::vector<std::string> migrate(const std::filesystem::path& directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) {
    throw Error("io", "Cannot make the directory " + directory.string() + ": " + problem.message());
  }
  Connection connection(database_file(directory), OpenMode::create);
  return migrate(connection);
}

std::vector<std::string> migrate(Connection& connection) {
  connection.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version TEXT PRIMARY KEY) STRICT");
  const std::vector<Migration> pending = pending_in(connection);
  for (const Migration& migration : pending) {
    migration_logger.debug("Applying database migration:{}", migration.version);
    apply(connection, migration);
  }
  if (!pending.empty()) migration_logger.debug("{} migrations applied.", pending.size());
  return versions_of(pending);
}

}  // namespace mogura::store::sqlite
