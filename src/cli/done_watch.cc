#include "cli/done_watch.h"

#include <utility>

namespace mogura::cli {

void DoneWatch::committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                          const std::vector<engine::TaskIndex>& changed) {
  if (next_ != nullptr) next_->committed(info, attempt, changed);
  if (!attempt.done()) return;
  {
    MutexLock lock(mutex_);
    store_.release(info.id);
  }
  changed_.notify_all();
}

bool DoneWatch::wait(AttemptId attempt, const std::function<bool()>& give_up) {
  MutexLock lock(mutex_);
  while (store_.holds(attempt)) {
    if (std::exchange(interrupted_, false) && give_up()) return false;
    changed_.wait(mutex_);
  }
  return true;
}

void DoneWatch::interrupt() {
  {
    MutexLock lock(mutex_);
    interrupted_ = true;
  }
  changed_.notify_all();
}

}  // namespace mogura::cli
