#include "workflow/definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "calendar/time_zone.h"
#include "value/config.h"
#include "workflow/names.h"
#include "workflow/yaml.h"

namespace mogura::workflow {
namespace {

// In the order in which they are read and stored.
constexpr std::array<std::string_view, 6> kSections = {"schedule", "sla",    "_error",
                                                       "_check",   "_retry", "_parallel"};

bool is_region_id(std::string_view id) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string rest = std::string(kLetters) + "0123456789~/._+-";
  return id.size() > 1 && kLetters.find(id.front()) != std::string_view::npos &&
         id.find_first_not_of(rest) == std::string_view::npos;
}

// Why Java knows no such zone.
std::vector<Error> zone_causes(const Value& timezone) {
  if (!timezone.is_text()) return {};
  const std::string& id = timezone.as_text();
  const Error reason =
      is_region_id(id)
          ? Error("zone rules", "Unknown time-zone ID: " + id)
          : Error("date time", "Invalid ID for region-based ZoneId, invalid format: " + id);
  return {Error("json mapping", "Unknown time zone name: " + id, {reason})};
}

std::string timezone_of(const Object& root) {
  const Value* timezone = root.find("timezone");
  if (timezone == nullptr || timezone->is_null()) return "UTC";
  if (timezone->is_text()) {
    if (const auto zone = calendar::TimeZone::find(timezone->as_text())) return zone->id();
  }
  throw value::wrong_type(
      "[reference type, class com.google.common.base.Optional<java.time.ZoneId>"
      "<[simple type, class java.time.ZoneId]>]",
      "timezone", *timezone, zone_causes(*timezone));
}

Object export_of(const Object& root, const std::string& name) {
  Object result = value::find_object(root, "_export");
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) return result;
  const std::string directory = name.substr(0, slash);
  const auto own = value::find_text(result, "_workdir");
  result.set("_workdir", own ? directory + "/" + *own : directory);
  return result;
}

bool is_section(std::string_view key) {
  return std::ranges::find(kSections, key) != kSections.end();
}

void check_unknown_keys(const Object& root, const std::string& name) {
  std::vector<std::string_view> unknown;
  for (const auto& [key, _] : root) {
    if (!key.starts_with('+') && key != "timezone" && key != "_export" && !is_section(key)) {
      unknown.push_back(key);
    }
  }
  if (unknown.empty()) return;
  throw ConfigError(
      fmt::format("Workflow '{}' includes unknown keys: [{}]", name, fmt::join(unknown, ", ")));
}

void check_names(const Object& config, const std::string& name) {
  std::string problems;
  for (const auto& [key, _] : config) {
    if (!key.starts_with('+')) continue;
    const auto problem =
        key.contains('^') ? "must not contain ^ character" : task_name_problem(key);
    if (problem) problems += fmt::format("\ntask name {}: \"{}\"", *problem, key);
  }
  if (const auto problem = workflow_name_problem(name)) {
    problems += fmt::format("\nname {}: \"{}\"", *problem, name);
  }
  if (!problems.empty()) throw Error("model validation", "Validating workflow failed" + problems);
}

}  // namespace

Definition load_definition(const std::filesystem::path& file, const std::string& name) {
  return make_definition(load_yaml_file(file), name);
}

Definition make_definition(const Object& root, const std::string& name) {
  Definition definition{.name = name, .timezone = timezone_of(root), .config = {}};
  Object& config = definition.config;
  config.reserve(root.size());
  Object exported = export_of(root, name);
  if (!exported.empty()) config.set("_export", Value(std::move(exported)));
  for (std::string_view section : kSections) {
    if (root.contains(section)) config.set(section, value::get(root, section));
  }
  for (const auto& [key, _] : root) {
    if (key.starts_with('+')) config.set(key, value::get(root, key));
  }
  check_unknown_keys(root, name);
  check_names(config, name);
  return definition;
}

}  // namespace mogura::workflow
