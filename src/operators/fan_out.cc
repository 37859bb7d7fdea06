#include "operators/fan_out.h"

#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kExportKey = "_export";
constexpr std::string_view kParallelKey = "_parallel";

// What the generated group's `_parallel` is to be; null for none.
Value generated_parallel(const Object& config) {
  const Value* parallel = config.find(kParallelKey);
  if (parallel == nullptr) return {};
  if (parallel->is_object()) return *parallel;
  if (parallel->is_boolean() || parallel->is_text()) {
    return value::get_boolean(config, kParallelKey) ? Value(true) : Value();
  }
  throw ConfigError("Invalid _parallel format: " + value::to_json(*parallel));
}

}  // namespace

FanOut::FanOut(const Object& config)
    : body_(value::get_object(config, "_do")), parallel_(generated_parallel(config)) {}

void FanOut::reserve(std::size_t children) {
  group_.reserve(children + 1);
}

void FanOut::add(const std::string& name, const Object& variables) {
  Object child = body_;
  Object exported = value::find_object(child, kExportKey);
  for (const auto& [key, value] : variables) exported.set(key, value);
  child.set(kExportKey, std::move(exported));
  group_.set(name, std::move(child));
}

Object FanOut::subtasks() && {
  if (group_.empty()) return {};
  if (!parallel_.is_null()) group_.set(kParallelKey, std::move(parallel_));
  return std::move(group_);
}

}  // namespace mogura::operators
