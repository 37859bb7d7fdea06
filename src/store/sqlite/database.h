// The store in an SQLite file: what a server uses that was told of no other.
//
// One connection writes, others read meanwhile. A database in memory has one connection for all.
#pragma once

#include <filesystem>
#include <memory>

#include "store/database.h"
#include "store/queue_limits.h"
#include "store/sqlite/connection.h"

namespace mogura::store::sqlite {

struct Options {
  Synchronous synchronous = Synchronous::normal;
  /// Brings the tables up to date first. Else a database that is not is refused.
  bool migrate = true;
  QueueLimits queue = {};
};

/// The database in this directory (database_file()), made where it is missing. Throws Error of kind
/// "database" or "io".
std::unique_ptr<Database> open_database(const std::filesystem::path& directory,
                                        const Options& options = {});

/// A database that lives as long as the object.
std::unique_ptr<Database> open_memory_database(const QueueLimits& queue = {});

/// What the two above run their statements on.
std::unique_ptr<sql::Driver> open_driver(const std::filesystem::path& directory,
                                         const Options& options = {});
std::unique_ptr<sql::Driver> open_memory_driver();

}  // namespace mogura::store::sqlite
