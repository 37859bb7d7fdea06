// Which database a server works with (`database.*`, runtime.md §12.2).
#pragma once

#include <memory>

#include "base/error.h"
#include "store/database.h"
#include "value/value.h"

namespace mogura::cli {

/// Opens the database that `database.type` names: memory, h2 or sqlite (a directory,
/// `database.path`), postgresql. Throws ConfigError "Unknown database.type: X" and for settings
/// that are missing, Error of kind "database" or "io".
std::unique_ptr<store::Database> open_store(const Object& settings);

}  // namespace mogura::cli
