#include "store/sql/bulk.h"

namespace mogura::store::sql {

Bulk bulk_insert(std::string_view table, std::vector<Bulk::Column> columns,
                 std::string_view on_conflict) {
  std::string names;
  std::string values;
  for (const Bulk::Column& column : columns) {
    names.append(names.empty() ? "" : ", ").append(column.name);
    values.append(values.empty() ? "r." : ", r.").append(column.name);
  }
  std::string text = "INSERT INTO ";
  text.append(table).append(" (").append(names).append(") SELECT ").append(values);
  text.append(" FROM {rows}");
  // WHERE: SQLite would take ON for that of a join.
  if (!on_conflict.empty()) text.append(" WHERE true ON CONFLICT ").append(on_conflict);
  return {std::move(text), std::move(columns)};
}

Bulk bulk_update(std::string_view table, std::size_t keys, std::vector<Bulk::Column> columns) {
  std::string sets;
  std::string wheres;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string_view name = columns[i].name;
    std::string& part = i < keys ? wheres : sets;
    if (!part.empty()) part += i < keys ? " AND " : ", ";
    part.append(i < keys ? "t." : "").append(name).append(" = r.").append(name);
  }
  std::string text = "UPDATE ";
  text.append(table).append(" AS t SET ").append(sets);
  text.append(" FROM {rows} WHERE ").append(wheres);
  return {std::move(text), std::move(columns)};
}

}  // namespace mogura::store::sql
