// Children of a group become ready in one of two ways.
//
//   sequential    a, b, c(_background), d      b waits for a; d for b and c; c for nobody
//   parallel, limit 2    a, b, c, d, e         c and d wait for {a, b}; e for {c, d}
//
// In both, the tasks that wait together share one upstream set, so that a chunk of a hundred
// thousand costs no more than a hundred thousand positions.
#include "workflow/dependencies.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::workflow {
namespace {

struct Parallelism {
  bool parallel = false;
  std::size_t chunk_size = 0;  // 0 where all run at once
};

Parallelism parallelism_of(const Object& group) {
  const Value* value = group.find("_parallel");
  if (value == nullptr) return {};
  if (value->is_boolean() || value->is_text()) {
    return {.parallel = value::get_boolean(group, "_parallel")};
  }
  if (!value->is_object()) {
    throw ConfigError("Invalid _parallel format: " + value::to_json(*value));
  }
  const std::int32_t limit = value::get_int(value->as_object(), "limit");
  return {.parallel = true, .chunk_size = static_cast<std::size_t>(std::max(limit, 0))};
}

bool runs_in_background(const TaskNode& task) {
  return value::find_boolean(task.config, "_background").value_or(false);
}

// What `task` names under `_after`, among the siblings before it; ascending.
std::vector<TaskPosition> named_upstreams(
    const TaskNode& task, const std::unordered_map<std::string_view, TaskPosition>& earlier) {
  std::vector<TaskPosition> positions;
  for (const std::string& name : value::find_text_list(task.config, "_after")) {
    const auto found = earlier.find(name);
    if (found == earlier.end()) {
      throw ConfigError(fmt::format("Dependency task '{}' does not exist", name));
    }
    positions.push_back(found->second);
  }
  std::ranges::sort(positions);
  positions.erase(std::ranges::unique(positions).begin(), positions.end());
  return positions;
}

}  // namespace

void SiblingDependencies::connect(const Object& group, const std::vector<TaskPosition>& children) {
  const Parallelism parallelism = parallelism_of(group);
  if (parallelism.parallel) {
    connect_in_parallel(children, parallelism.chunk_size);
  } else {
    connect_in_sequence(children);
  }
}

void SiblingDependencies::connect_in_sequence(const std::vector<TaskPosition>& children) {
  std::vector<TaskPosition> before;  // what the next child that is not in the background waits for
  for (TaskPosition child : children) {
    TaskNode& task = tree_.tasks[child];
    if (task.config.contains("_after")) {
      throw ConfigError(
          "Setting \"_after\" option is invalid if its parent task doesn't have "
          "\"_parallel: true\" option");
    }
    if (!runs_in_background(task)) task.upstreams = add_set(std::exchange(before, {}));
    task.config.erase("_background");
    before.push_back(child);
  }
}

void SiblingDependencies::connect_in_parallel(const std::vector<TaskPosition>& children,
                                              std::size_t chunk_size) {
  const bool has_names = std::ranges::any_of(
      children, [&](TaskPosition child) { return tree_.tasks[child].config.contains("_after"); });
  std::unordered_map<std::string_view, TaskPosition> earlier;
  std::vector<TaskPosition> chunk;
  UpstreamSet chunk_before = kNoUpstreams;
  for (TaskPosition child : children) {
    TaskNode& task = tree_.tasks[child];
    if (runs_in_background(task)) {
      throw ConfigError(
          "Setting \"_background: true\" option is invalid (unnecessary) if its parent task has "
          "\"_parallel: true\" option");
    }
    if (chunk_size != 0 && chunk.size() == chunk_size) {
      chunk_before = add_set(std::exchange(chunk, {}));
    }
    task.upstreams = chunk_before;
    const std::vector<TaskPosition> named = named_upstreams(task, earlier);
    if (!named.empty()) {
      std::vector<TaskPosition> all;
      if (chunk_before == kNoUpstreams) {
        all = named;
      } else {
        std::ranges::set_union(named, tree_.upstreams[chunk_before], std::back_inserter(all));
      }
      task.upstreams = add_set(std::move(all));
    }
    task.config.erase("_after");
    chunk.push_back(child);
    if (has_names) earlier.emplace(task.name(), child);
  }
}

UpstreamSet SiblingDependencies::add_set(std::vector<TaskPosition> positions) {
  if (positions.empty()) return kNoUpstreams;
  entries_ += positions.size();
  if (entries_ > kMaxUpstreamEntries) {
    throw ConfigError(fmt::format(
        "Tasks wait for more than {} others in total. Use a larger _parallel limit or fewer "
        "_after names",
        kMaxUpstreamEntries));
  }
  tree_.upstreams.push_back(std::move(positions));
  return static_cast<UpstreamSet>(tree_.upstreams.size() - 1);
}

}  // namespace mogura::workflow
