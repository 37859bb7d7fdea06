// The schema of an SQLite database, brought up to date step by step (cli.md §12.6).
//
// Each step is a numbered file in migrations/; what was applied is a row of `schema_migrations`.
// Steps are applied in order, each in a transaction of its own with its row, so that a run that was
// cut off is simply run again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"

namespace mogura::store::sqlite {

/// The database file in a directory that `-o DIR` or `database.path` names.
std::filesystem::path database_file(const std::filesystem::path& directory);

/// Whether the directory holds a database with tables.
bool has_tables(const std::filesystem::path& directory);

/// The versions (14 digits) that wait to be applied, in order.
std::vector<std::string> pending_migrations(const std::filesystem::path& directory);

/// Applies what is pending, making directory and file where they are missing; the versions that
/// were applied. Throws Error of kind "database" or "io".
std::vector<std::string> migrate(const std::filesystem::path& directory);
std::vector<std::string> migrate(Connection& connection);

}  // namespace mogura::store::sqlite
