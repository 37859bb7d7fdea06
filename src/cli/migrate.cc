// The command `migrate` (cli.md §12.6).
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/system_config.h"
#include "store/sqlite/migrations.h"

namespace mogura::cli {
namespace {

namespace sqlite = store::sqlite;

std::filesystem::path database_directory(const Invocation& invocation) {
  if (const auto directory = invocation.arguments.text("-o")) return absolute_path(*directory);
  const Object config = load_system_config(invocation.config_path, invocation.properties);
  const Value* type = config.find("database.type");
  const Value* path = config.find("database.path");
  const std::string kind = type == nullptr ? "memory" : type->as_text();
  if (kind == "memory") throw Error("", "A database in memory has nothing to migrate.");
  if (kind != "h2" && kind != "sqlite") {
    throw Error("", "database.type=" + kind +
                        " is not part of this build; it keeps its data in files "
                        "(database.type=sqlite).");
  }
  if (path == nullptr) throw ConfigError("Parameter 'database.path' is required but not set");
  return absolute_path(path->as_text());
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
  const std::filesystem::path directory = database_directory(invocation);
  if (action == "run") {
    const bool applied = !sqlite::migrate(directory).empty();
    invocation.print(applied ? "Migrations successfully finished" : "No update");
    return 0;
  }
  if (!sqlite::has_tables(directory)) {
    invocation.print("No table exist");
    return 0;
  }
  const std::vector<std::string> pending = sqlite::pending_migrations(directory);
  for (const std::string& version : pending) invocation.print(version);
  if (pending.empty()) invocation.print("No update");
  return 0;
}

}  // namespace mogura::cli
