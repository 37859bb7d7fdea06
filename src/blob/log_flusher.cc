#include "blob/log_flusher.h"

#include <pthread.h>

namespace mogura::blob {
namespace {

// Wishes that come one after the other are served together: the thread wakes no more often.
constexpr std::chrono::milliseconds kStep{100};

}  // namespace

LogFlusher::LogFlusher(std::chrono::milliseconds delay) : delay_(delay) {
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "log-flush");
}

LogFlusher::~LogFlusher() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LogFlusher::flush_later(std::weak_ptr<Target> target) {
  {
    MutexLock lock(mutex_);
    const auto due = std::chrono::steady_clock::now() + delay_;
    const auto whole_steps = due.time_since_epoch() / kStep * kStep;
    wishes_.push_back({std::chrono::steady_clock::time_point(whole_steps), std::move(target)});
    if (wishes_.size() > 1) return;
  }
  changed_.notify_all();
}

void LogFlusher::run() {
  for (;;) {
    std::shared_ptr<Target> due;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && wishes_.empty()) changed_.wait(mutex_);
      while (!stopping_ && std::chrono::steady_clock::now() < wishes_.front().due) {
        changed_.wait_until(mutex_, wishes_.front().due);
      }
      if (stopping_) return;
      due = wishes_.front().target.lock();
      wishes_.pop_front();
    }
    if (due) due->flush();
  }
}

}  // namespace mogura::blob
