// A PostgreSQL server of a test program's own: in a temporary directory, on a Unix socket only,
// started when it is first needed and gone with the program.
#pragma once

#include <memory>
#include <string>

#include "store/postgres/options.h"

namespace mogura::store::testing {

class PostgresServer {
 public:
  /// The one of this program. Throws Error where PostgreSQL is not installed or does not start.
  static PostgresServer& instance();
  ~PostgresServer();

  /// A database of its own, without tables.
  postgres::Options new_database();
  /// Ends the connections to a database, as a network that is cut or a restart would.
  void cut_connections(const postgres::Options& database);

 private:
  PostgresServer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::store::testing
