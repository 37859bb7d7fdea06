#include "blob/log_flusher.h"

#include <pthread.h>

#include <algorithm>

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

void LogFlusher::finish_soon(std::shared_ptr<Target> target) {
  {
    MutexLock lock(mutex_);
    if (ends_.size() < kMaxWaitingEnds) {
      ends_.push_back(std::move(target));
      if (ends_.size() > 1) return;  // the thread has been told
    }
  }
  if (target) {
    target->finish();
  } else {
    changed_.notify_all();
  }
}

std::chrono::steady_clock::time_point LogFlusher::next_due() const {
  if (!ends_.empty()) return {};
  auto due = std::chrono::steady_clock::time_point::max();
  if (!wishes_.empty()) due = wishes_.front().due;
  if (!failed_ends_.empty()) due = std::min(due, failed_ends_.front().due);
  return due;
}

/// False when all is done and the flusher is to stop.
bool LogFlusher::wait_for_work() {
  MutexLock lock(mutex_);
  while (!stopping_ && std::chrono::steady_clock::now() < next_due()) {
    if (wishes_.empty() && !has_ends()) {
      changed_.wait(mutex_);
    } else {
      changed_.wait_until(mutex_, next_due());
    }
  }
  return !stopping_ || has_ends();
}

void LogFlusher::flush_one() {
  std::shared_ptr<Target> target;
  {
    MutexLock lock(mutex_);
    if (wishes_.empty() || std::chrono::steady_clock::now() < wishes_.front().due) return;
    target = wishes_.front().target.lock();
    wishes_.pop_front();
  }
  if (target) target->flush();
}

/// The next end to write now, with its number of tries including this one.
std::optional<LogFlusher::End> LogFlusher::take_end() {
  MutexLock lock(mutex_);
  std::optional<End> end;
  if (!ends_.empty()) {
    end = End{.target = std::move(ends_.front()), .due = {}};
    ends_.pop_front();
  } else if (!failed_ends_.empty() &&
             (stopping_ || failed_ends_.front().due <= std::chrono::steady_clock::now())) {
    end = std::move(failed_ends_.front());
    failed_ends_.pop_front();
  }
  if (end) end->tries = stopping_ ? kMaxTries : end->tries + 1;
  return end;
}

void LogFlusher::finish_one() {
  std::optional<End> end = take_end();
  if (!end || end->target->finish() || end->tries >= kMaxTries) return;
  MutexLock lock(mutex_);
  end->due = std::chrono::steady_clock::now() + delay_;
  failed_ends_.push_back(*std::move(end));
}

void LogFlusher::run() {
  while (wait_for_work()) {
    flush_one();
    finish_one();
  }
}

}  // namespace mogura::blob
