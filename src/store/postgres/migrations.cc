#include "store/postgres/migrations.h"

#include <set>
#include <string_view>

#include "base/log.h"
#include "store/postgres/migration_scripts.h"

namespace mogura::store::postgres {
namespace {

const Logger migration_logger("io.digdag.core.database.DatabaseMigrator");

struct Step {
  std::string_view version;
  std::string_view script;
};

// In order; a version never changes once it was released.
constexpr Step kSteps[] = {{"20261122000000", scripts::kAttempts},
                           {"20261122000001", scripts::kProjects},
                           {"20261122000002", scripts::kLogChunks}};

std::vector<Step> pending_steps(Connection& connection) {
  std::set<std::string> applied;
  if (has_tables(connection)) {
    const sql::Rows rows = connection.run("SELECT version FROM schema_migrations", {});
    for (std::size_t i = 0; i < rows.size(); ++i) applied.insert(rows[i].text());
  }
  std::vector<Step> pending;
  for (const Step& step : kSteps) {
    if (!applied.contains(std::string(step.version))) pending.push_back(step);
  }
  return pending;
}

// The lock makes others wait; who waited finds the row.
void apply_step(Connection& connection, const Step& step) {
  const std::string version(step.version);
  try {
    connection.run_script("BEGIN; LOCK TABLE schema_migrations IN EXCLUSIVE MODE");
    const sql::Param param(version);
    const bool done =
        !connection.run("SELECT version FROM schema_migrations WHERE version = $1", {&param, 1})
             .empty();
    if (!done) {
      migration_logger.info("Applying database migration:{}", version);
      connection.run_script(std::string(step.script));
      connection.run("INSERT INTO schema_migrations (version) VALUES ($1)", {&param, 1});
    }
    connection.run_script("COMMIT");
  } catch (const Error&) {
    if (!connection.is_broken()) connection.run_script("ROLLBACK");
    throw;
  }
}

}  // namespace

bool has_tables(Connection& connection) {
  const sql::Rows rows = connection.run("SELECT to_regclass('schema_migrations') IS NOT NULL", {});
  return rows[0].flag();
}

std::vector<std::string> pending_migrations(Connection& connection) {
  std::vector<std::string> versions;
  for (const Step& step : pending_steps(connection)) versions.emplace_back(step.version);
  return versions;
}

std::vector<std::string> migrate(Connection& connection) {
  // IF NOT EXISTS may still collide with another server that does the same.
  if (!has_tables(connection)) {
    connection.run_script(
        "BEGIN; SELECT pg_advisory_xact_lock(hashtext('mogura.schema_migrations')); "
        "CREATE TABLE IF NOT EXISTS schema_migrations (version TEXT PRIMARY KEY, "
        "created_at TIMESTAMPTZ NOT NULL DEFAULT now()); COMMIT");
  }
  std::vector<std::string> versions;
  for (const Step& step : pending_steps(connection)) {
    apply_step(connection, step);
    versions.emplace_back(step.version);
  }
  if (!versions.empty()) migration_logger.info("{} migrations applied.", versions.size());
  return versions;
}

}  // namespace mogura::store::postgres
