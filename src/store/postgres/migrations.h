// The schema of a PostgreSQL database, brought up to date step by step (cli.md §12.6, execution.md
// §1.4).
//
// Each step is a numbered file in migrations/; what was applied is a row of `schema_migrations`.
// Servers that start together take turns. Steps change tables so that servers of the version before
// go on working on them.
#pragma once

#include <string>
#include <vector>

#include "store/postgres/connection.h"

namespace mogura::store::postgres {

/// Whether the database has tables of ours.
bool has_tables(Connection& connection);

/// The versions (14 digits) that wait to be applied, in order.
std::vector<std::string> pending_migrations(Connection& connection);

/// Applies what is pending, each step in a transaction; the versions that were applied.
std::vector<std::string> migrate(Connection& connection);

}  // namespace mogura::store::postgres
