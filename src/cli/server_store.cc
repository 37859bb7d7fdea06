#include "cli/server_store.h"

#include <limits>

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

std::optional<std::int64_t> limit_in(const Object& settings, const std::string& key) {
  const auto limit = value::find_long(settings, key);
  if (limit && *limit < 1) throw ConfigError("Parameter '" + key + "' must be at least 1");
  // Digdag's default: no limit.
  if (limit && *limit >= std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return limit;
}

}  // namespace

std::unique_ptr<store::Database> open_store(const Object& settings) {
  const std::string type = value::get_text(settings, "database.type");
  const store::QueueLimits queue{limit_in(settings, "queue.db.max_concurrency"),
                                 limit_in(settings, "queue.db.max_concurrency_per_project")};
  if (type == "memory") return store::sqlite::open_memory_database(queue);
  if (type == "h2" || type == "sqlite") {
    store::sqlite::Options options;
    options.synchronous = synchronous_of(settings);
    options.migrate = value::find_boolean(settings, "database.migrate").value_or(true);
    options.queue = queue;
    return store::sqlite::open_database(value::get_text(settings, "database.path"), options);
  }
  if (type == "postgresql") {
    return store::postgres::open_database(store::postgres::options_from(settings), queue);
  }
  throw ConfigError("Unknown database.type: " + type);
}

}  // namespace mogura::cli
