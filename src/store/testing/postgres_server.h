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

  /// An empty database that is up to date, for as long as the object lives; others use it after.
  class Database;
  std::unique_ptr<Database> lend_database();
  /// A database without tables.
  postgres::Options new_database();
  /// Ends the connections to a database, as a network that is cut or a restart would.
  void cut_connections(const postgres::Options& database);
  /// Whether the database can be connected to from now on.
  void set_reachable(const postgres::Options& database, bool reachable);

 private:
  PostgresServer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class PostgresServer::Database {
 public:
  Database(PostgresServer& server, postgres::Options options)
      : server_(server), options_(std::move(options)) {}
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const postgres::Options& options() const { return options_; }

 private:
  PostgresServer& server_;
  const postgres::Options options_;
};

}  // namespace mogura::store::testing
