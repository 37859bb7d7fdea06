// One thread that writes what others have to write: what is old enough, and the ends of logs, so
// that tasks do not wait for a disk.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include "base/mutex.h"

namespace mogura::blob {

class LogFlusher {
 public:
  class Target {
   public:
    virtual ~Target() = default;
    /// Neither throws.
    virtual void flush() = 0;
    /// False where it is to be tried again.
    virtual bool finish() = 0;
  };

  /// More ends that wait are written by those who bring them.
  static constexpr std::size_t kMaxWaitingEnds = 10'000;
  /// An end that cannot be written is given up after this many tries, a delay apart.
  static constexpr int kMaxTries = 60;

  explicit LogFlusher(std::chrono::milliseconds delay);
  /// What waits to be finished is finished first, in one try.
  ~LogFlusher();
  LogFlusher(const LogFlusher&) = delete;
  LogFlusher& operator=(const LogFlusher&) = delete;

  /// Calls flush() before the delay has passed, by a tenth of a second at most, unless the target
  /// is gone by then. Any thread.
  void flush_later(std::weak_ptr<Target> target);
  /// Calls finish() soon, and lets go of the target. Any thread.
  void finish_soon(std::shared_ptr<Target> target);

 private:
  struct End {
    std::shared_ptr<Target> target;
    std::chrono::steady_clock::time_point due;
    int tries = 0;
  };
  struct Wish {
    std::chrono::steady_clock::time_point due;
    std::weak_ptr<Target> target;
  };
  void run();
  bool wait_for_work();
  bool has_ends() const MOGURA_REQUIRES(mutex_) { return !ends_.empty() || !failed_ends_.empty(); }
  std::optional<End> take_end();
  std::chrono::steady_clock::time_point next_due() const MOGURA_REQUIRES(mutex_);
  void flush_one();
  void finish_one();

  const std::chrono::milliseconds delay_;
  Mutex mutex_;
  Condition changed_;
  std::deque<Wish> wishes_ MOGURA_GUARDED_BY(mutex_);  // as one delay serves all, in time's order
  std::deque<std::shared_ptr<Target>> ends_ MOGURA_GUARDED_BY(mutex_);
  std::deque<End> failed_ends_ MOGURA_GUARDED_BY(mutex_);  // in the order in which they are due
  bool stopping_ MOGURA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace mogura::blob
