#include "store/postgres/migrations.h"

#include "store/postgres/migration_scripts.h"

namespace mogura::store::postgres {
namespace {

using sql::Migration;

constexpr Migration kSteps[] = {{"20261122000000", scripts::kAttempts},
                                {"20261122000001", scripts::kProjects},
                                {"20261122000002", scripts::kLogChunks},
                                {"20261123000000", scripts::kHistory},
                                {"20261123000001", scripts::kHistoryIndexes, /*online=*/true},
                                {"20261123000002", scripts::kQueueLimits},
                                {"20261123000003", scripts::kArchiveContents},
                                {"20261123000004", scripts::kArchiveIndexes, /*online=*/true}};

constexpr std::string_view kConcurrently = "CONCURRENTLY ";

// Held by one server at a time, until it is let go of or the connection ends. Who waits does so
// between statements: an index is built only once all statements that began before have ended.
class MigrationLock {
 public:
  explicit MigrationLock(Connection& connection) : connection_(connection) {
    while (!try_lock()) connection_.run("SELECT 1 FROM pg_sleep(0.1)", {});
  }
  ~MigrationLock() {
    try {
      connection_.run("SELECT 1 FROM pg_advisory_unlock(hashtext('mogura.schema_migrations'))", {});
    } catch (const Error&) {
      // The connection is gone, and with it the lock.
    }
  }
  MigrationLock(const MigrationLock&) = delete;
  MigrationLock& operator=(const MigrationLock&) = delete;

 private:
  bool try_lock() {
    return connection_
        .run("SELECT pg_try_advisory_lock(hashtext('mogura.schema_migrations'))", {})[0]
        .flag();
  }

  Connection& connection_;
};

std::string without_concurrently(std::string script) {
  for (std::size_t at = script.find(kConcurrently); at != std::string::npos;
       at = script.find(kConcurrently, at)) {
    script.erase(at, kConcurrently.size());
  }
  return script;
}

class PostgresSchema : public sql::Schema {
 public:
  explicit PostgresSchema(Connection& connection) : Schema(kSteps), connection_(connection) {}

  bool has_tables() override {
    return run("SELECT to_regclass('schema_migrations') IS NOT NULL", {})[0].flag();
  }

  std::vector<std::string> migrate() override {
    if (pending().empty()) return {};
    const MigrationLock lock(connection_);
    connection_.run_script(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version TEXT PRIMARY KEY, "
        "created_at TIMESTAMPTZ NOT NULL DEFAULT now())");
    const bool is_new = run("SELECT version FROM schema_migrations LIMIT 1", {}).empty();
    return apply_pending([&](const Migration& migration) {
      if (migration.online && !is_new) {
        apply_online(migration);
      } else {
        apply_at_once(migration);
      }
    });
  }

 private:
  sql::Rows run(std::string_view text, sql::Params params) override {
    return connection_.run(text, params);
  }

  void apply_at_once(const Migration& migration) {
    try {
      connection_.run_script("BEGIN");
      connection_.run_script(without_concurrently(std::string(migration.script)));
      note_applied(migration);
      connection_.run_script("COMMIT");
    } catch (const Error&) {
      if (!connection_.is_broken()) connection_.run_script("ROLLBACK");
      throw;
    }
  }

  // Statement by statement, each outside of a transaction. What an earlier run had built is left
  // alone, but for indexes that it did not finish.
  void apply_online(const Migration& migration) {
    drop_unfinished_indexes();
    for (std::string_view left = migration.script; !left.empty();) {
      const std::size_t end = left.find(';');
      if (end == std::string_view::npos) break;
      connection_.run_script(std::string(left.substr(0, end)));
      left.remove_prefix(end + 1);
    }
    note_applied(migration);
  }

  void drop_unfinished_indexes() {
    const sql::Rows indexes =
        run("SELECT quote_ident(c.relname) FROM pg_index AS i JOIN pg_class AS c "
            "ON c.oid = i.indexrelid WHERE NOT i.indisvalid AND pg_table_is_visible(c.oid)",
            {});
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      connection_.run_script("DROP INDEX CONCURRENTLY IF EXISTS " + indexes[i].text());
    }
  }

  Connection& connection_;
};

}  // namespace

std::unique_ptr<sql::Schema> schema_of(Connection& connection) {
  return std::make_unique<PostgresSchema>(connection);
}

}  // namespace mogura::store::postgres
