#include "store/sql/json_column.h"

#include <charconv>

#include "value/config.h"
#include "value/json.h"

namespace mogura::store::sql {
namespace {

void set_unless_empty(Object& target, std::string_view key, const Object& part) {
  if (!part.empty()) target.set(key, part);
}

}  // namespace

std::optional<std::string> object_column(const Object& object) {
  if (object.empty()) return std::nullopt;
  return value::to_json(object);
}

Object object_from(const std::optional<std::string>& column) {
  if (!column) return {};
  return value::parse_json(*column).as_object();
}

std::optional<std::string> value_column(const Value& value) {
  if (value.is_null()) return std::nullopt;
  return value::to_json(value);
}

Value value_from(const std::optional<std::string>& column) {
  if (!column) return nullptr;
  return value::parse_json(*column);
}

std::optional<std::string> output_column(const std::shared_ptr<const engine::TaskOutput>& output) {
  if (output == nullptr) return std::nullopt;
  Object parts;
  set_unless_empty(parts, "subtask_config", output->subtask_config);
  set_unless_empty(parts, "export_params", output->export_params);
  if (!output->reset_store_params.empty()) {
    Array paths(output->reset_store_params.begin(), output->reset_store_params.end());
    parts.set("reset_store_params", std::move(paths));
  }
  set_unless_empty(parts, "store_params", output->store_params);
  set_unless_empty(parts, "error", output->error);
  return value::to_json(parts);
}

std::shared_ptr<const engine::TaskOutput> output_from(const std::optional<std::string>& column) {
  if (!column) return nullptr;
  const Object parts = object_from(column);
  auto output = std::make_shared<engine::TaskOutput>();
  output->subtask_config = value::find_object(parts, "subtask_config");
  output->export_params = value::find_object(parts, "export_params");
  output->reset_store_params = value::find_text_list(parts, "reset_store_params");
  output->store_params = value::find_object(parts, "store_params");
  output->error = value::find_object(parts, "error");
  return output;
}

std::optional<std::string> resumed_column(const Resumed& resumed) {
  Object by_name;
  for (const auto& [name, task] : resumed) {
    Object parts;
    set_unless_empty(parts, "export_params", task.export_params);
    set_unless_empty(parts, "store_params", task.store_params);
    by_name.set(name, std::move(parts));
  }
  return object_column(by_name);
}

Resumed resumed_from(const std::optional<std::string>& column) {
  Resumed resumed;
  for (const auto& [name, parts] : object_from(column)) {
    resumed.emplace(name,
                    engine::ResumedTask{value::find_object(parts.as_object(), "export_params"),
                                        value::find_object(parts.as_object(), "store_params")});
  }
  return resumed;
}

std::string members_column(const std::vector<engine::TaskIndex>& members) {
  std::string column;
  for (const engine::TaskIndex member : members) {
    if (!column.empty()) column += ',';
    column += std::to_string(member);
  }
  return column;
}

std::vector<engine::TaskIndex> members_from(const std::string& column) {
  std::vector<engine::TaskIndex> members;
  const char* const end = column.data() + column.size();
  for (const char* at = column.data(); at < end; ++at) {
    engine::TaskIndex member = 0;
    at = std::from_chars(at, end, member).ptr;
    members.push_back(member);
  }
  return members;
}

}  // namespace mogura::store::sql
