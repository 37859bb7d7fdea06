// A mutex whose use clang checks: fields say which mutex guards them (MOGURA_GUARDED_BY), functions
// which one they need (MOGURA_REQUIRES), and -Wthread-safety refuses the rest.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define MOGURA_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define MOGURA_THREAD_ATTRIBUTE(x)
#endif
#define MOGURA_GUARDED_BY(x) MOGURA_THREAD_ATTRIBUTE(guarded_by(x))
#define MOGURA_REQUIRES(...) MOGURA_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define MOGURA_EXCLUDES(...) MOGURA_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace mogura {

class MOGURA_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() MOGURA_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() MOGURA_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  bool try_lock() MOGURA_THREAD_ATTRIBUTE(try_acquire_capability(true)) {
    return mutex_.try_lock();
  }

 private:
  std::mutex mutex_;
};

class MOGURA_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MOGURA_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() MOGURA_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// A condition variable for Mutex. Waits may end without a signal: test the condition in a loop.
class Condition {
 public:
  void wait(Mutex& mutex) MOGURA_REQUIRES(mutex) { condition_.wait(mutex); }
  template <class Clock, class Duration>
  void wait_until(Mutex& mutex, std::chrono::time_point<Clock, Duration> deadline)
      MOGURA_REQUIRES(mutex) {
    condition_.wait_until(mutex, deadline);
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace mogura
