// One thread that calls those back who have something to write soon.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <thread>

#include "base/mutex.h"

namespace mogura::blob {

class LogFlusher {
 public:
  class Target {
   public:
    virtual ~Target() = default;
    /// Called by the flusher's thread. Must not throw.
    virtual void flush() = 0;
  };

  explicit LogFlusher(std::chrono::milliseconds delay);
  /// What has been asked for and is not due yet does not happen any more.
  ~LogFlusher();
  LogFlusher(const LogFlusher&) = delete;
  LogFlusher& operator=(const LogFlusher&) = delete;

  /// Calls flush() before the delay has passed, by a tenth of a second at most, unless the target
  /// is gone by then. Any thread.
  void flush_later(std::weak_ptr<Target> target);

 private:
  struct Wish {
    std::chrono::steady_clock::time_point due;
    std::weak_ptr<Target> target;
  };
  void run();

  const std::chrono::milliseconds delay_;
  Mutex mutex_;
  Condition changed_;
  std::deque<Wish> wishes_ MOGURA_GUARDED_BY(mutex_);  // as one delay serves all, in time's order
  bool stopping_ MOGURA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace mogura::blob
