// `_retry`: how often and after which delay (language.md §8).
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "value/value.h"

namespace mogura::engine {

struct RetryPolicy {
  int limit = 0;
  std::chrono::seconds interval{0};
  std::optional<std::chrono::seconds> max_interval;  // caps exponential intervals only
  bool exponential = false;
};

/// The policy in `config`'s `_retry`; no retries where it is absent. Throws ConfigError.
RetryPolicy parse_retry(const Object& config);

/// The delay before the next try after `retries_so_far`; absent where none is left.
std::optional<std::chrono::seconds> retry_delay(const RetryPolicy& policy, int retries_so_far);

/// `delay` after `now`; what is longer than a century counts as one, what is negative as nothing.
Instant after(Instant now, std::chrono::seconds delay);

/// The number of retries that a task's state remembers, and the state that remembers one more.
int retries_in(const Object& state_params);
Object with_one_more_retry(Object state_params);

}  // namespace mogura::engine
