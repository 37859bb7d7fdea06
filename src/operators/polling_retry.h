// The helper with which operators repeat what failed for the moment (operators.md §2.6).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/log.h"
#include "operators/operator.h"

namespace mogura::operators {

/// Waits double from the first to the longest; their number has no limit.
struct RetryWaits {
  std::chrono::seconds first{1};
  std::chrono::seconds longest{30};
};

/// The state to keep and the time to wait before another try of the step `key`, whose tries are
/// counted in `state` as `{"KEY": {"operation": {...}, "retry": n}}`. Logs "MESSAGE: retrying in N
/// seconds".
Poll poll_for_retry(const Object& state, std::string_view key, const std::string& message,
                    const Logger& log, RetryWaits waits = {});

}  // namespace mogura::operators
