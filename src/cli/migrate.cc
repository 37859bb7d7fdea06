// The command `migrate` (cli.md §12.6).
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/system_config.h"
#include "store/postgres/migrations.h"
#include "store/sqlite/migrations.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

namespace postgres = store::postgres;
namespace sqlite = store::sqlite;

// A database whose tables are looked at or brought up to date.
class Schema {
 public:
  virtual ~Schema() = default;
  virtual bool has_tables() = 0;
  virtual std::vector<std::string> pending() = 0;
  /// Whether there was something to do.
  virtual bool migrate() = 0;
};

class SqliteSchema : public Schema {
 public:
  explicit SqliteSchema(std::filesystem::path directory) : directory_(std::move(directory)) {}
  bool has_tables() override { return sqlite::has_tables(directory_); }
  std::vector<std::string> pending() override { return sqlite::pending_migrations(directory_); }
  bool migrate() override { return !sqlite::migrate(directory_).empty(); }

 private:
  const std::filesystem::path directory_;
};

class PostgresSchema : public Schema {
 public:
  explicit PostgresSchema(const postgres::Options& options) : connection_(options) {}
  bool has_tables() override { return postgres::has_tables(connection_); }
  std::vector<std::string> pending() override { return postgres::pending_migrations(connection_); }
  bool migrate() override { return !postgres::migrate(connection_).empty(); }

 private:
  postgres::Connection connection_;
};

std::unique_ptr<Schema> open_schema(const Invocation& invocation) {
  if (const auto directory = invocation.arguments.text("-o")) {
    return std::make_unique<SqliteSchema>(absolute_path(*directory));
  }
  const Object config = load_system_config(invocation.config_path, invocation.properties);
  const std::string type = value::find_text(config, "database.type").value_or("memory");
  if (type == "memory") throw Error("", "A database in memory has nothing to migrate.");
  if (type == "postgresql") {
    return std::make_unique<PostgresSchema>(postgres::options_from(config));
  }
  if (type == "h2" || type == "sqlite") {
    return std::make_unique<SqliteSchema>(absolute_path(value::get_text(config, "database.path")));
  }
  throw ConfigError("Unknown database.type: " + type);
}

}  // namespace

int run_migrate(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  if (arguments.positionals().size() != 1) throw UsageError("Invalid parameters");
  const std::string& action = arguments.positionals()[0];
  if (action != "run" && action != "check") throw UsageError("Invalid command");
  if (!arguments.has("-o") && !invocation.config_path) {
    throw UsageError("--database, or --config option is required");
  }
  const std::unique_ptr<Schema> schema = open_schema(invocation);
  if (action == "run") {
    invocation.print(schema->migrate() ? "Migrations successfully finished" : "No update");
    return 0;
  }
  if (!schema->has_tables()) {
    invocation.print("No table exist");
    return 0;
  }
  const std::vector<std::string> pending = schema->pending();
  for (const std::string& version : pending) invocation.print(version);
  if (pending.empty()) invocation.print("No update");
  return 0;
}

}  // namespace mogura::cli
