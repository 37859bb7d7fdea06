#include "store/sqlite/migrations.h"

#include <optional>
#include <system_error>

#include "store/sqlite/migration_scripts.h"

namespace mogura::store::sqlite {
namespace {

constexpr sql::Migration kMigrations[] = {
    {"20261122000000", scripts::kAttempts},       {"20261122000001", scripts::kProjects},
    {"20261122000002", scripts::kLogChunks},      {"20261123000000", scripts::kHistory},
    {"20261123000001", scripts::kHistoryIndexes}, {"20261123000002", scripts::kQueueLimits},
    {"20261123000003", scripts::kArchiveContents}};

class OpenSchema : public sql::Schema {
 public:
  explicit OpenSchema(Connection& connection) : Schema(kMigrations), connection_(connection) {}

  bool has_tables() override {
    return !run("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'",
                {})
                .empty();
  }

  // All steps are one transaction, so that of two processes one finds nothing left to do.
  std::vector<std::string> migrate() override {
    Transaction transaction(connection_);
    connection_.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version TEXT PRIMARY KEY) STRICT");
    std::vector<std::string> versions = apply_pending([&](const sql::Migration& migration) {
      connection_.execute(migration.script);
      note_applied(migration);
    });
    transaction.commit();
    return versions;
  }

 private:
  sql::Rows run(std::string_view text, sql::Params params) override {
    return Statement(connection_, text).run(params);
  }

  Connection& connection_;
};

// Opens the file when there is something to be found or made.
class SchemaInDirectory : public sql::Schema {
 public:
  explicit SchemaInDirectory(std::filesystem::path directory)
      : Schema(kMigrations), directory_(std::move(directory)) {}

  bool has_tables() override {
    std::error_code missing;
    return std::filesystem::exists(database_file(directory_), missing) &&
           OpenSchema(open(OpenMode::existing)).has_tables();
  }

  std::vector<std::string> migrate() override {
    std::error_code problem;
    std::filesystem::create_directories(directory_, problem);
    if (problem) {
      throw Error("io",
                  "Cannot make the directory " + directory_.string() + ": " + problem.message());
    }
    return OpenSchema(open(OpenMode::create)).migrate();
  }

 private:
  sql::Rows run(std::string_view text, sql::Params params) override {
    return Statement(open(OpenMode::existing), text).run(params);
  }
  Connection& open(OpenMode mode) {
    if (!connection_) connection_.emplace(database_file(directory_), mode);
    return *connection_;
  }

  const std::filesystem::path directory_;
  std::optional<Connection> connection_;
};

}  // namespace

std::filesystem::path database_file(const std::filesystem::path& directory) {
  return directory / "mogura.db";
}

std::unique_ptr<sql::Schema> schema_in(const std::filesystem::path& directory) {
  return std::make_unique<SchemaInDirectory>(directory);
}

void migrate(Connection& connection) {
  OpenSchema(connection).migrate();
}

}  // namespace mogura::store::sqlite
