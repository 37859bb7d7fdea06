#include "store/postgres/dialect.h"

#include "store/postgres/wire.h"

namespace mogura::store::postgres {

std::string text_for_arrays(const sql::Bulk& bulk) {
  std::string arrays;
  std::string names;
  for (std::size_t i = 0; i < bulk.columns.size(); ++i) {
    const sql::Bulk::Column& column = bulk.columns[i];
    if (i > 0) arrays += ", ", names += ", ";
    arrays.append("$").append(std::to_string(i + 1)).append("::");
    arrays.append(array_type_name(column.type));
    names.append(column.name);
  }
  const std::string table = "unnest(" + arrays + ") AS r(" + names + ")";
  std::string text = bulk.text;
  constexpr std::string_view kRows = "{rows}";
  return text.replace(text.find(kRows), kRows.size(), table);
}

}  // namespace mogura::store::postgres
