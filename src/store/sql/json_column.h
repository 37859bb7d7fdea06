// Values in text columns: JSON, NULL where there is nothing (execution.md §1.2).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/attempt.h"
#include "store/store.h"

namespace mogura::store::sql {

/// NULL for what is empty.
std::optional<std::string> object_column(const Object& object);
Object object_from(const std::optional<std::string>& column);

/// NULL for null.
std::optional<std::string> value_column(const Value& value);
Value value_from(const std::optional<std::string>& column);

/// What a task left behind; only the parts that are not empty.
std::optional<std::string> output_column(const std::shared_ptr<const engine::TaskOutput>& output);
std::shared_ptr<const engine::TaskOutput> output_from(const std::optional<std::string>& column);

/// The tasks of an earlier attempt, by full name.
using Resumed = std::map<std::string, engine::ResumedTask, std::less<>>;
std::optional<std::string> resumed_column(const Resumed& resumed);
Resumed resumed_from(const std::optional<std::string>& column);

/// The members of a barrier: "3,4,5".
std::string members_column(const std::vector<engine::TaskIndex>& members);
std::vector<engine::TaskIndex> members_from(const std::string& column);

}  // namespace mogura::store::sql
