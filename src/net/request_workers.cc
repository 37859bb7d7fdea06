#include "net/request_workers.h"

#include <pthread.h>

namespace mogura::net {

void RequestWorkers::start(int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      ::pthread_setname_np(::pthread_self(), "http-worker");
      work();
    });
  }
}

void RequestWorkers::post(std::function<void()> job) {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    jobs_.push_back(std::move(job));
  }
  job_came_.notify_one();
}

void RequestWorkers::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  job_came_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void RequestWorkers::work() {
  while (true) {
    std::function<void()> job;
    {
      MutexLock lock(mutex_);
      while (jobs_.empty() && !stopping_) job_came_.wait(mutex_);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace mogura::net
