// Threads for short jobs that now and then block.
//
// A few threads are enough for jobs that only compute or start commands. While jobs wait and no
// thread is free to take one for a moment, all of them are blocked by something outside (an HTTP
// exchange, a mail server): then one more thread is started, up to a limit.
#pragma once

#include <functional>
#include <memory>

namespace mogura::agent {

class WorkerPool {
 public:
  struct Options {
    /// Started as jobs come. More than there are cores: a thread that starts a command waits for it
    /// to become its program.
    int min_threads = 10;
    int max_threads = 1'000;
  };
  explicit WorkerPool(Options options);
  ~WorkerPool();  // stop()

  void submit(std::function<void()> job);
  /// For a job that goes on with something begun: it runs before all jobs of submit(), so that few
  /// things are half done at a time.
  void submit_ahead(std::function<void()> job);
  /// Runs what was submitted to its end, then ends the threads. Safe to call twice.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::agent
