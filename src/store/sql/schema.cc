#include "store/sql/schema.h"

#include <set>

#include "base/log.h"

namespace mogura::store::sql {
namespace {

const Logger migration_logger("io.digdag.core.database.DatabaseMigrator");

std::vector<std::string> versions_of(const std::vector<Migration>& migrations) {
  std::vector<std::string> versions;
  for (const Migration& migration : migrations) versions.emplace_back(migration.version);
  return versions;
}

}  // namespace

std::vector<Migration> Schema::find_pending() {
  std::set<std::string> applied;
  if (has_tables()) {
    const Rows rows = run("SELECT version FROM schema_migrations", {});
    for (std::size_t i = 0; i < rows.size(); ++i) applied.insert(rows[i].text());
  }
  std::vector<Migration> pending;
  for (const Migration& migration : migrations_) {
    if (!applied.contains(std::string(migration.version))) pending.push_back(migration);
  }
  return pending;
}

std::vector<std::string> Schema::pending() {
  return versions_of(find_pending());
}

std::vector<std::string> Schema::apply_pending(const std::function<void(const Migration&)>& apply) {
  const std::vector<Migration> pending = find_pending();
  for (const Migration& migration : pending) {
    migration_logger.debug("Applying database migration:{}", migration.version);
    apply(migration);
  }
  if (!pending.empty()) migration_logger.debug("{} migrations applied.", pending.size());
  return versions_of(pending);
}

void Schema::note_applied(const Migration& migration) {
  const Param version(migration.version);
  run("INSERT INTO schema_migrations (version) VALUES ($1)", {&version, 1});
}

}  // namespace mogura::store::sql
