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

  using Jobs = std::deque<std::function<void()>>;

  void submit(Jobs Impl::* queue, std::function<void()> job);
  bool no_jobs() const MOGURA_REQUIRES(mutex) { return jobs.empty() && jobs_ahead.empty(); }
  std::function<void()> take_job() MOGURA_REQUIRES(mutex);
  void add_thread() MOGURA_REQUIRES(mutex);
  void work();
  void watch();

  const Options options;
  Mutex mutex;
  Condition jobs_changed;
  Condition watch_changed;
  Jobs jobs MOGURA_GUARDED_BY(mutex);
  Jobs jobs_ahead MOGURA_GUARDED_BY(mutex);
  SteadyClock::time_point last_taken MOGURA_GUARDED_BY(mutex);
  int idle MOGURA_GUARDED_BY(mutex) = 0;  // also those that are about to begin
  bool stopping MOGURA_GUARDED_BY(mutex) = false;
  std::vector<std::thread> threads MOGURA_GUARDED_BY(mutex);
  std::thread watcher;
};

void WorkerPool::Impl::add_thread() {
  ++idle;
  threads.emplace_back([this] {
    ::pthread_setname_np(::pthread_self(), "worker");
    work();
  });
}

std::function<void()> WorkerPool::Impl::take_job() {
  Jobs& queue = jobs_ahead.empty() ? jobs : jobs_ahead;
  std::function<void()> job = std::move(queue.front());
  queue.pop_front();
  return job;
}

void WorkerPool::Impl::work() {
  while (true) {
    std::function<void()> job;
    {
      MutexLock lock(mutex);
      while (no_jobs() && !stopping) jobs_changed.wait(mutex);
      --idle;
      if (no_jobs()) return;
      job = take_job();
      last_taken = SteadyClock::now();
    }
    job();
    MutexLock lock(mutex);
    ++idle;
  }
}

// Adds a thread when jobs wait, none was taken for a moment and no thread is free to take one: on a
// machine that is too busy to let a free one run, more would not help.
void WorkerPool::Impl::watch() {
  MutexLock lock(mutex);
  while (!stopping || !no_jobs()) {
    if (no_jobs()) {
      watch_changed.wait(mutex);
      continue;
    }
    const auto deadline = last_taken + kBlockedAfter;
    if (SteadyClock::now() < deadline) {
      watch_changed.wait_until(mutex, deadline);
      continue;
    }
    const bool may_grow = threads.size() < static_cast<std::size_t>(options.max_threads);
    if (idle == 0 && may_grow) add_thread();
    last_taken = SteadyClock::now();
  }
}

void WorkerPool::Impl::submit(Jobs Impl::* queue, std::function<void()> job) {
  bool watched = true;
  {
    MutexLock lock(mutex);
    if (no_jobs()) {
      last_taken = SteadyClock::now();
      watched = false;
    }
    (this->*queue).push_back(std::move(job));
    const bool too_few = threads.size() < static_cast<std::size_t>(options.min_threads);
    const std::size_t waiting = jobs.size() + jobs_ahead.size();
    if (static_cast<std::size_t>(idle) < waiting && too_few) add_thread();
  }
  jobs_changed.notify_one();
  if (!watched) watch_changed.notify_one();
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
  impl_->submit(&Impl::jobs, std::move(job));
}

void WorkerPool::submit_ahead(std::function<void()> job) {
  impl_->submit(&Impl::jobs_ahead, std::move(job));
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
