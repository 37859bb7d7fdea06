// Waiting between tries, longer each time.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/mutex.h"

namespace mogura::cli {

struct BackoffTimes {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
  int growth;  // each wait is so many times the one before
};

/// One thread waits; any thread may end that.
class Backoff {
 public:
  explicit Backoff(BackoffTimes times) : times_(times), next_(times.first) {}

  /// Waits until the next try is due; false where give_up() came first.
  bool wait() {
    const auto deadline = std::chrono::steady_clock::now() + next_;
    next_ = std::min(next_ * times_.growth, times_.longest);
    MutexLock lock(mutex_);
    while (!given_up_ && std::chrono::steady_clock::now() < deadline) {
      changed_.wait_until(mutex_, deadline);
    }
    return !given_up_;
  }

  void give_up() {
    {
      MutexLock lock(mutex_);
      given_up_ = true;
    }
    changed_.notify_all();
  }

 private:
  const BackoffTimes times_;
  std::chrono::milliseconds next_;
  Mutex mutex_;
  Condition changed_;
  bool given_up_ MOGURA_GUARDED_BY(mutex_) = false;
};

}  // namespace mogura::cli
