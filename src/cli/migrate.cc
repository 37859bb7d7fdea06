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

struct OpenedSchema {
  std::unique_ptr<postgres::Connection> connection;  // where it is PostgreSQL's
  std::unique_ptr<store::sql::Schema> schema;
};

OpenedSchema open_schema(const Invocation& invocation) {
  if (const auto directory = invocation.arguments.text("-o")) {
    return {nullptr, sqlite::schema_in(absolute_path(*directory))};
  }
  const Object config = load_system_config(invocation.config_path, invocation.properties);
  const std::string type = value::find_text(config, "database.type").value_or("memory");
  if (type == "memory") throw Error("", "A database in memory has nothing to migrate.");
  if (type == "postgresql") {
    auto connection = std::make_unique<postgres::Connection>(postgres::options_from(config));
    auto schema = postgres::schema_of(*connection);
    return {std::move(connection), std::move(schema)};
  }
  if (type == "h2" || type == "sqlite") {
    return {nullptr, sqlite::schema_in(absolute_path(value::get_text(config, "database.path")))};
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
  const auto [connection, schema] = open_schema(invocation);
  if (action == "run") {
    invocation.print(schema->migrate().empty() ? "No update" : "Migrations successfully finished");
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
