// Ctrl-C and its relatives, as calls instead of the process's sudden end.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace mogura::cli {

/// While it lives, SIGINT, SIGTERM and SIGHUP call `interrupted` on a thread of its own, with the
/// signal's number and how many came so far. To be made before other threads, which then leave
/// these signals alone.
class InterruptWatch {
 public:
  explicit InterruptWatch(std::function<void(int signal, int count)> interrupted);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  void watch();

  const std::function<void(int, int)> interrupted_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace mogura::cli
