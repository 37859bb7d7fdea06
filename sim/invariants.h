// The invariants of execution.md §24, checked on an attempt as it goes through its life.
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
  /// After any number of events, on rows that were stored. `now` is what the clock shows that is
  /// ahead of all others.
  std::optional<std::string> check_stored(const engine::Attempt& attempt, Instant now);

 private:
  using MayBecome = bool (*)(engine::TaskState, engine::TaskState);
  std::optional<std::string> check_change(const engine::Attempt& attempt, Instant now,
                                          MayBecome may_become) const;
  void remember(const engine::Attempt& attempt);

  struct Seen {
    engine::TaskState state;
    std::optional<Instant> retry_at;
    bool canceled;
    std::int32_t run;
  };
  std::vector<Seen> seen_;
};

/// The parameters of a task by the walk of language.md §10.3, literally: what engine::task_params()
/// must give.
Object reference_params(const engine::Attempt& attempt, engine::TaskIndex task);

}  // namespace mogura::sim
