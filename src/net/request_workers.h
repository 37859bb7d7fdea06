// The threads that run a server's handlers.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace mogura::net {

class RequestWorkers {
 public:
  ~RequestWorkers() { stop(); }
  void start(int threads);
  /// Waits in line for a thread; the caller sees to it that the line is bounded. Dropped after
  /// stop().
  void post(std::function<void()> job);
  /// Runs what is in line and ends the threads. Safe to call twice.
  void stop();

 private:
  void work();

  std::vector<std::thread> threads_;
  Mutex mutex_;
  Condition job_came_;
  std::deque<std::function<void()>> jobs_ MOGURA_GUARDED_BY(mutex_);
  bool stopping_ MOGURA_GUARDED_BY(mutex_) = false;
};

}  // namespace mogura::net
