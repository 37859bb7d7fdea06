// Ctrl-C and its relatives, as calls instead of the process's sudden end.
#pragma once

#include <functional>
#include <thread>

#include "base/unique_fd.h"

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
  UniqueFd signals_;
  UniqueFd end_;
  std::thread thread_;
};

}  // namespace mogura::cli
