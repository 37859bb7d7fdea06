// The schema of a PostgreSQL database (store/sql/schema.h). Servers that start together take turns.
// Steps that add indexes do so without keeping others from writing.
#pragma once

#include <memory>

#include "store/postgres/connection.h"
#include "store/sql/schema.h"

namespace mogura::store::postgres {

/// Of the database of this connection, which lives longer.
std::unique_ptr<sql::Schema> schema_of(Connection& connection);

}  // namespace mogura::store::postgres
