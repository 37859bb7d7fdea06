#include "agent/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace mogura::agent {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A job that waited this long has found all threads blocked.
constexpr std::chrono::milliseconds kBlockedAfter{20};

}  // namespace

struct WorkerPool::Impl {
  explicit Impl(Options given) : options(given) {}

  void add_thread() MOGURA_REQUIRES(mutex);
  void work();
  void watch();

  const Options options;
  Mutex mutex;
  Condition jobs_changed;
  Condition watch_changed;
  std::deque<std::function<void()>> jobs MOGURA_GUARDED_BY(mutex);
  SteadyClock::time_point last_taken MOGURA_GUARDED_BY(mutex);
  int idle MOGURA_GUARDED_BY(mutex) = 0;
  bool stopping MOGURA_GUARDED_BY(mutex) = false;
  std::vector<std::thread> threads MOGURA_GUARDED_BY(mutex);
  std::thread watcher;
};

void WorkerPool::Impl::add_thread() {
  threads.emplace_back([this] {
    ::pthread_setname_np(::pthread_self(), "worker");
    work();
  });
}

void WorkerPool::Impl::work() {
  while (true) {
    std::function<void()> job;
    {
      MutexLock lock(mutex);
      ++idle;
      while (jobs.empty() && !stopping) jobs_changed.wait(mutex);
      --idle;
      if (jobs.empty()) return;
      job = std::move(jobs.front());
      jobs.pop_front();
      last_taken = SteadyClock::now();
    }
    job();
  }
}

// Adds a thread when jobs wait and none was taken for a moment.
void WorkerPool::Impl::watch() {
  MutexLock lock(mutex);
  while (!stopping || !jobs.empty()) {
    if (jobs.empty() || threads.size() >= static_cast<std::size_t>(options.max_threads)) {
      if (stopping && jobs.empty()) return;
      if (jobs.empty()) {
        watch_changed.wait(mutex);
        continue;
      }
    }
    const auto deadline = last_taken + kBlockedAfter;
    if (SteadyClock::now() < deadline) {
      watch_changed.wait_until(mutex, deadline);
      continue;
    }
    if (threads.size() < static_cast<std::size_t>(options.max_threads)) add_thread();
    last_taken = SteadyClock::now();
  }
}

WorkerPool::WorkerPool(Options options) : impl_(std::make_unique<Impl>(options)) {
  impl_->watcher = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "worker-watch");
    impl_->watch();
  });
}

WorkerPool::~WorkerPool() {
  stop();
}

void WorkerPool::submit(std::function<void()> job) {
  {
    MutexLock lock(impl_->mutex);
    if (impl_->jobs.empty()) impl_->last_taken = SteadyClock::now();
    impl_->jobs.push_back(std::move(job));
    const bool too_few =
        impl_->threads.size() < static_cast<std::size_t>(impl_->options.min_threads);
    if (impl_->idle == 0 && too_few) impl_->add_thread();
  }
  impl_->jobs_changed.notify_one();
  impl_->watch_changed.notify_one();
}

void WorkerPool::stop() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->jobs_changed.notify_all();
  impl_->watch_changed.notify_all();
  if (impl_->watcher.joinable()) impl_->watcher.join();
  // The watcher is gone: the list of threads changes no more.
  std::vector<std::thread> threads;
  {
    MutexLock lock(impl_->mutex);
    threads.swap(impl_->threads);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace mogura::agent
