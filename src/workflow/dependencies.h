// What siblings wait for (language.md §6).
#pragma once

#include <cstddef>
#include <vector>

#include "value/value.h"
#include "workflow/compiler.h"

namespace mogura::workflow {

/// Settles the upstreams of one tree's tasks, group by group.
class SiblingDependencies {
 public:
  /// `tree` outlives this object.
  explicit SiblingDependencies(TaskTree& tree) : tree_(tree) {}

  /// Sets the upstreams of `children`, the compiled children of a group with the keys `group`, in
  /// file order, and removes the keys `_after` or `_background` that it has read from them. Throws
  /// ConfigError.
  void connect(const Object& group, const std::vector<TaskPosition>& children);

 private:
  void connect_in_sequence(const std::vector<TaskPosition>& children);
  void connect_in_parallel(const std::vector<TaskPosition>& children, std::size_t chunk_size);
  /// `positions` are ascending.
  UpstreamSet add_set(std::vector<TaskPosition> positions);

  TaskTree& tree_;
  std::size_t entries_ = 0;  // of all sets
};

}  // namespace mogura::workflow
