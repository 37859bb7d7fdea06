#include "store/postgres/dialect.h"

#include "store/postgres/wire.h"

namespace mogura::store::postgres {

std::string text_for_arrays(const sql::Bulk& bulk, std::size_t first_parameter) {
  std::string arrays;
  std::string names;
  for (std::size_t i = 0; i < bulk.columns.size(); ++i) {
    const sql::Bulk::Column& column = bulk.columns[i];
    if (i > 0) arrays += ", ", names += ", ";
    arrays.append("$").append(std::to_string(first_parameter + i)).append("::");
    arrays.append(array_type_name(column.type));
    names.append(column.name);
  }
  const std::string table = "unnest(" + arrays + ") AS r(" + names + ")";
  std::string text = bulk.text;
  constexpr std::string_view kRows = "{rows}";
  return text.replace(text.find(kRows), kRows.size(), table);
}

// WITH b0 AS (UPDATE … RETURNING id), b2 AS (INSERT …) SELECT 0, * FROM b0
std::string text_for_all(std::span<const sql::BulkRun> runs) {
  std::string parts;
  std::string results;
  std::size_t parameter = 1;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].rows.empty()) continue;
    const std::string name = "b" + std::to_string(i);
    const std::string text = text_for_arrays(*runs[i].bulk, parameter);
    parameter += runs[i].bulk->columns.size();
    parts.append(parts.empty() ? "WITH " : ", ").append(name).append(" AS (").append(text);
    parts.append(")");
    if (!text.contains(" RETURNING ") && !text.starts_with("SELECT ")) continue;
    results.append(results.empty() ? " " : " UNION ALL ");
    results.append("SELECT ").append(std::to_string(i)).append(", * FROM ").append(name);
  }
  return parts + (results.empty() ? " SELECT 0, 0 LIMIT 0" : results);
}

}  // namespace mogura::store::postgres
