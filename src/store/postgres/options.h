// How PostgreSQL is reached: the keys `database.*`, with Digdag's names and defaults (runtime.md
// §12.2), except that the pool grows on demand and is smaller (docs/compatibility.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "value/value.h"

namespace mogura::store::postgres {

struct Options {
  /// Keywords and values of libpq, in the order in which they count.
  std::vector<std::pair<std::string, std::string>> connection;
  /// How long a caller waits for a connection, also while the server is out of reach.
  std::chrono::seconds connection_timeout{30};
  /// How long a statement may take, answer included.
  std::chrono::seconds socket_timeout{1800};
  /// An idle connection beyond the minimum is closed after this; 0: never.
  std::chrono::seconds idle_timeout{600};
  std::size_t maximum_pool_size = default_pool_size();
  std::size_t minimum_pool_size = 0;
  /// Brings the tables up to date first. Else a database that is not is refused.
  bool migrate = true;

  /// min(2 * cores + 8, 32).
  static std::size_t default_pool_size();
};

/// The options in the system settings `prefix` + "host" and so on; `prefix` is "database." for the
/// store. Throws ConfigError.
Options options_from(const Object& settings, const std::string& prefix = "database.");

}  // namespace mogura::store::postgres
