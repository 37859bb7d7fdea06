// PostgreSQL's binary formats of the few types that the store uses: bigint, text, bytea, and arrays
// of them. Results may also hold smaller integers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/sql/session.h"

namespace mogura::store::postgres {

/// The number of a type in PostgreSQL.
using TypeNumber = std::uint32_t;

TypeNumber type_number(sql::Type type);
TypeNumber array_type_number(sql::Type type);
/// How SQL calls the array: "bigint[]".
std::string_view array_type_name(sql::Type type);

/// A value that is not NULL.
std::string encode(const sql::Cell& cell);

/// Column `column` of the rows, each `width` values long, as an array.
std::string encode_column(sql::Params rows, std::size_t width, std::size_t column);

/// Throws Error of kind "database" for a type that is not known here.
sql::Cell decode(TypeNumber type, std::string_view bytes);

}  // namespace mogura::store::postgres
