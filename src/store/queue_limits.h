// How many tasks of the queue may be claimed at a time, by all agents together (execution.md §9.3).
#pragma once

#include <cstdint>
#include <optional>

namespace mogura::store {

/// Kept exactly, however many servers there are; all of them need the same ones. Absent: no limit.
struct QueueLimits {
  std::optional<std::int64_t> per_site;     // `queue.db.max_concurrency`
  std::optional<std::int64_t> per_project;  // `queue.db.max_concurrency_per_project`

  bool any() const { return per_site || per_project; }
};

}  // namespace mogura::store
