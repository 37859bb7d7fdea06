#include "store/postgres/database.h"

#include "store/postgres/driver.h"
#include "store/postgres/migrations.h"
#include "store/sql/sql_database.h"

namespace mogura::store::postgres {

std::unique_ptr<sql::Driver> open_driver(const Options& options) {
  auto driver = std::make_unique<PostgresDriver>(options);
  auto connection = driver->pool().take();
  const auto schema = schema_of(*connection);
  if (options.migrate) {
    schema->migrate();
  } else if (!schema->pending().empty()) {
    throw Error("database",
                "The database is not up to date: run `mogura migrate run`, or set "
                "database.migrate=true");
  }
  driver->pool().give_back(std::move(connection));
  return driver;
}

std::unique_ptr<Database> open_database(const Options& options, const QueueLimits& queue) {
  return std::make_unique<sql::SqlDatabase>(open_driver(options), queue);
}

}  // namespace mogura::store::postgres
