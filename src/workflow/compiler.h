// From a definition to a flat list of tasks (language.md §5, §6).
//
//   +w (group)          0   parent -    waits for -
//     +a echo>          1   parent 0    waits for -
//     +b (group)        2   parent 0    waits for {1}
//       +c sh>          3   parent 2    waits for -
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "value/value.h"

namespace mogura::workflow {

// Limits on a tree, beyond which it is refused.
inline constexpr int kMaxTaskDepth = 256;
inline constexpr std::size_t kMaxFullNameBytes = 256u << 20;   // of all tasks together
inline constexpr std::size_t kMaxUpstreamEntries = 8'000'000;  // of all sets together

enum class TaskKind : std::uint8_t { group, task };

using TaskPosition = std::uint32_t;
inline constexpr TaskPosition kNoTask = 0xffffffff;

/// Index into TaskTree::upstreams.
using UpstreamSet = std::uint32_t;
inline constexpr UpstreamSet kNoUpstreams = 0xffffffff;

struct TaskNode {
  std::string full_name;
  std::uint32_t name_offset = 0;  // where the task's own name starts in full_name
  TaskPosition parent = kNoTask;  // always lower than the task's own position
  UpstreamSet upstreams = kNoUpstreams;
  TaskKind kind = TaskKind::group;
  Object config;  // the task's own keys without its "+" children, unevaluated

  std::string_view name() const { return std::string_view(full_name).substr(name_offset); }
};

/// Depth-first, parents before children, siblings in file order; the root is at 0.
struct TaskTree {
  std::vector<TaskNode> tasks;
  /// Sets of sibling positions, ascending, that tasks wait for; members of one parallel chunk share
  /// one set. Never empty.
  std::vector<std::vector<TaskPosition>> upstreams;
};

/// Compiles `config` as the task `name` (with its + or ^) below `parent_full_name` (empty for a
/// workflow's root). Throws ConfigError with the texts of language.md §5.3.
TaskTree compile(std::string_view parent_full_name, std::string_view name, const Object& config);

}  // namespace mogura::workflow
