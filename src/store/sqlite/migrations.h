// The schema of an SQLite database (store/sql/schema.h).
#pragma once

#include <filesystem>
#include <memory>

#include "store/sql/schema.h"
#include "store/sqlite/connection.h"

namespace mogura::store::sqlite {

/// The database file in a directory that `-o DIR` or `database.path` names.
std::filesystem::path database_file(const std::filesystem::path& directory);

/// Of the database in a directory; migrate() makes directory and file where they are missing.
std::unique_ptr<sql::Schema> schema_in(const std::filesystem::path& directory);

/// Brings an open database up to date.
void migrate(Connection& connection);

}  // namespace mogura::store::sqlite
