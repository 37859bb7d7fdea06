#include "cli/server_store.h"

#include "store/postgres/database.h"
#include "store/sqlite/database.h"
#include "value/config.h"

namespace mogura::cli {

std::unique_ptr<store::Database> open_store(const Object& settings) {
  const std::string type = value::get_text(settings, "database.type");
  if (type == "memory") return store::sqlite::open_memory_database();
  if (type == "h2" || type == "sqlite") {
    store::sqlite::Options options;
    options.migrate = value::find_boolean(settings, "database.migrate").value_or(true);
    return store::sqlite::open_database(value::get_text(settings, "database.path"), options);
  }
  if (type == "postgresql") {
    return store::postgres::open_database(store::postgres::options_from(settings));
  }
  throw ConfigError("Unknown database.type: " + type);
}

}  // namespace mogura::cli
