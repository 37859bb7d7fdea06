// The invariants of execution.md §24, checked on an attempt after each event.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/event.h"

namespace mogura::sim {

/// Follows one attempt through its life. Each check returns what is wrong, in words; absent:
/// nothing.
class InvariantChecker {
 public:
  /// After the attempt was made or an event applied to it.
  std::optional<std::string> check(const engine::Attempt& attempt, const engine::Changes& changes,
                                   Instant now);

 private:
  std::optional<std::string> check_transitions(const engine::Attempt& attempt, Instant now);

  struct Seen {
    engine::TaskState state;
    std::optional<Instant> retry_at;
    bool canceled;
    std::uint8_t flags;
    std::int32_t run;
  };
  std::vector<Seen> seen_;
};

/// The parameters of a task by the walk of language.md §10.3, literally: what engine::task_params()
/// must give.
Object reference_params(const engine::Attempt& attempt, engine::TaskIndex task);

}  // namespace mogura::sim
