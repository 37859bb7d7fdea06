#include "store/sqlite/database.h"

#include "store/sql/sql_database.h"
#include "store/sqlite/driver.h"
#include "store/sqlite/migrations.h"

namespace mogura::store::sqlite {

std::unique_ptr<sql::Driver> open_driver(const std::filesystem::path& directory,
                                         const Options& options) {
  const auto schema = schema_in(directory);
  if (options.migrate) {
    schema->migrate();
  } else if (!schema->pending().empty()) {
    throw Error("database", "The database " + database_file(directory).string() +
                                " is not up to date: run `mogura migrate run`, or set "
                                "database.migrate=true");
  }
  return std::make_unique<SqliteDriver>(database_file(directory), options.synchronous);
}

std::unique_ptr<sql::Driver> open_memory_driver() {
  Connection connection = Connection::in_memory();
  migrate(connection);
  return std::make_unique<SqliteDriver>(std::move(connection));
}

std::unique_ptr<Database> open_database(const std::filesystem::path& directory,
                                        const Options& options) {
  return std::make_unique<sql::SqlDatabase>(open_driver(directory, options), options.queue);
}

std::unique_ptr<Database> open_memory_database(const QueueLimits& queue) {
  return std::make_unique<sql::SqlDatabase>(open_memory_driver(), queue);
}

}  // namespace mogura::store::sqlite
