#include "cli/server_store.h"

#include "store/postgres/database.h"
#include "store/sqlite/database.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

store::sqlite::Synchronous synchronous_of(const Object& settings) {
  const std::string text = value::find_text(settings, "database.synchronous").value_or("normal");
  if (text == "normal") return store::sqlite::Synchronous::normal;
  if (text == "full") return store::sqlite::Synchronous::full;
  throw ConfigError("Unknown database.synchronous: " + text);
}

}  // namespace

std::unique_ptr<store::Database> open_store(const Object& settings) {
  const std::string type = value::get_text(settings, "database.type");
  if (type == "memory") return store::sqlite::open_memory_database();
  if (type == "h2" || type == "sqlite") {
    store::sqlite::Options options;
    options.synchronous = synchronous_of(settings);
    options.migrate = value::find_boolean(settings, "database.migrate").value_or(true);
    return store::sqlite::open_database(value::get_text(settings, "database.path"), options);
  }
  if (type == "postgresql") {
    return store::postgres::open_database(store::postgres::options_from(settings));
  }
  throw ConfigError("Unknown database.type: " + type);
}

}  // namespace mogura::cli
