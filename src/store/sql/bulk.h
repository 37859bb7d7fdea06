// Statements that write many rows of one table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/sql/session.h"

namespace mogura::store::sql {

/// Adds rows with these columns. `on_conflict` is the clause behind ON CONFLICT, or empty.
Bulk bulk_insert(std::string_view table, std::vector<Bulk::Column> columns,
                 std::string_view on_conflict = "");

/// Sets the columns behind the first `keys`, which say which row.
Bulk bulk_update(std::string_view table, std::size_t keys, std::vector<Bulk::Column> columns);

}  // namespace mogura::store::sql
