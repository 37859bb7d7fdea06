// One walk over the definition, depth first. A task's place in the list is taken before its
// children are visited, what its children wait for is settled after them. Wrong structure ends the
// walk at once; wrong names and keys are collected and reported together when it is over.
#include "workflow/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "value/config.h"
#include "value/json.h"
#include "value/similar.h"
#include "workflow/dependencies.h"
#include "workflow/names.h"

namespace mogura::workflow {
namespace {

// The keys of a group beside its tasks, in the order in which they are suggested.
constexpr std::array<std::string_view, 11> kGroupKeys = {
    "schedule", "_parallel", "timezone",    "_error", "sla",   "_check",
    "_export",  "_secrets",  "_background", "_retry", "_after"};

// The compiler wraps a failed check of the model into an error of its own.
[[noreturn]] void fail_validation(const std::string& message) {
  throw ConfigError("io.digdag.core.repository.ModelValidationException: " + message,
                    {Error("model validation", message)});
}

// A definition without its tasks, and the tasks.
struct Parts {
  Object own;
  std::vector<const Object::Member*> tasks;
};

Parts parts_of(const Object& config) {
  Parts parts;
  for (const Object::Member& member : config) {
    if (member.key.starts_with('+')) {
      parts.tasks.push_back(&member);
    } else {
      parts.own.set(member.key, member.value);
    }
  }
  return parts;
}

bool is_operator_task(const Object& own) {
  return own.contains("_type") ||
         std::ranges::any_of(own, [](const auto& member) { return member.key.ends_with('>'); });
}

// The definition of the task `name`: an object, or objects laid over each other.
Object task_config(const std::string& name, const Value& value) {
  if (value.is_object()) return value.as_object();
  if (!value.is_array()) {
    throw ConfigError(fmt::format("Parameter '{}' must be an object or array of objects", name));
  }
  Object merged;
  for (const Value& part : value.as_array()) {
    if (!part.is_object()) {
      throw Error("runtime json mapping", "Expected object but got " + value::to_json(part));
    }
    for (const auto& [key, member] : part.as_object()) merged.set(key, member);
  }
  return merged;
}

class Compiler {
 public:
  /// `depth`: how many tasks enclose the root, over all trees.
  Compiler(std::string_view parent_full_name, int depth)
      : parent_full_name_(parent_full_name), depth_(depth) {}

  TaskTree compile(const std::string& name, const Object& config) {
    add_task(kNoTask, name, config);
    if (bad_name_) fail_validation("Validating workflow task failed\nname " + *bad_name_);
    if (!bad_keys_.empty()) fail_validation("Validating workflow failed" + bad_keys_);
    return std::move(tree_);
  }

 private:
  TaskPosition add_task(TaskPosition parent, const std::string& name, const Object& config);
  TaskPosition add_node(TaskPosition parent, const std::string& name, TaskKind kind, Object own);
  void check_operator_task(const Parts& parts);
  void check_group_keys(const std::string& full_name, const Object& own);
  void check_error_task(const std::string& full_name, const Object& own) const;

  std::string parent_full_name_;
  int depth_;
  std::size_t name_bytes_ = 0;
  TaskTree tree_;
  SiblingDependencies dependencies_{tree_};
  std::optional<std::string> bad_name_;  // the first one
  std::string bad_keys_;
};

TaskPosition Compiler::add_task(TaskPosition parent, const std::string& name,
                                const Object& config) {
  if (++depth_ > kMaxTaskDepth) {
    throw ConfigError(fmt::format("Tasks are nested deeper than {} levels", kMaxTaskDepth));
  }
  Parts parts = parts_of(config);
  TaskPosition position;
  if (value::find_boolean(parts.own, "_disable").value_or(false)) {
    position = add_node(parent, name, TaskKind::group, Object{{"_disable", true}});
  } else if (is_operator_task(parts.own)) {
    check_operator_task(parts);
    position = add_node(parent, name, TaskKind::task, std::move(parts.own));
  } else {
    position = add_node(parent, name, TaskKind::group, parts.own);
    check_group_keys(tree_.tasks[position].full_name, parts.own);
    std::vector<TaskPosition> children;
    children.reserve(parts.tasks.size());
    for (const Object::Member* child : parts.tasks) {
      children.push_back(add_task(position, child->key, task_config(child->key, child->value)));
    }
    dependencies_.connect(parts.own, children);
  }
  --depth_;
  return position;
}

TaskPosition Compiler::add_node(TaskPosition parent, const std::string& name, TaskKind kind,
                                Object own) {
  const std::string& prefix = parent == kNoTask ? parent_full_name_ : tree_.tasks[parent].full_name;
  TaskNode node{.full_name = prefix + name,
                .name_offset = static_cast<std::uint32_t>(prefix.size()),
                .parent = parent,
                .upstreams = kNoUpstreams,
                .kind = kind,
                .config = std::move(own)};
  name_bytes_ += node.full_name.size();
  if (name_bytes_ > kMaxFullNameBytes) {
    throw ConfigError(
        fmt::format("The full names of the tasks are longer than {} bytes", kMaxFullNameBytes));
  }
  if (!bad_name_) {
    if (const auto problem = task_name_problem(name)) {
      bad_name_ = fmt::format("{}: \"{}\"", *problem, name);
    }
  }
  check_error_task(node.full_name, node.config);
  tree_.tasks.push_back(std::move(node));
  return static_cast<TaskPosition>(tree_.tasks.size() - 1);
}

void Compiler::check_operator_task(const Parts& parts) {
  if (!parts.tasks.empty()) {
    throw ConfigError("A task can't have subtasks: " + value::to_json(Value(parts.own)));
  }
  const auto operators = std::ranges::count_if(
      parts.own, [](const auto& member) { return member.key.ends_with('>'); });
  if (operators > 1) {
    throw ConfigError("A task can't have more than one operator: " +
                      value::to_json(Value(parts.own)));
  }
}

void Compiler::check_group_keys(const std::string& full_name, const Object& own) {
  std::vector<std::string> bad;
  for (const auto& [key, _] : own) {
    if (std::ranges::find(kGroupKeys, key) != kGroupKeys.end()) continue;
    const auto similar = value::similar_names(key, kGroupKeys);
    bad.push_back(similar.empty()
                      ? fmt::format("'{}'", key)
                      : fmt::format("'{}' (did you mean [{}]?)", key, fmt::join(similar, ", ")));
  }
  if (bad.empty()) return;
  bad_keys_ += fmt::format("\n{} contains invalid keys: {}: \"{}\"", full_name,
                           fmt::join(bad, ", "), value::to_json(Value(own)));
}

// The tasks of `_error` exist only once a task has failed; compiling them now shows what is wrong
// with them before anything has run.
void Compiler::check_error_task(const std::string& full_name, const Object& own) const {
  if (!own.contains("_error")) return;
  const Object& error = value::get_object(own, "_error");
  if (!error.empty()) Compiler(full_name, depth_).compile("^error", error);
}

}  // namespace

TaskTree compile(std::string_view parent_full_name, std::string_view name, const Object& config) {
  return Compiler(parent_full_name, 0).compile(std::string(name), config);
}

}  // namespace mogura::workflow
