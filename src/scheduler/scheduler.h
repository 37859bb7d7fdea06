// Starts the sessions of schedules when they are due (execution.md §14.4).
//
// Any number of servers may do this for one store: starting a session's attempt comes first, moving
// the schedule on second, and only for whoever has seen its newest version. Of several starts of
// one session one makes the attempt, the others find it; after a crash in between the next one
// does, too. So each session is started, and once.
//
// It asks the store when the next schedule is due, sleeps until then, and is told when one changes.
#pragma once

#include <memory>

#include "executor/executor.h"
#include "store/database.h"

namespace mogura::scheduler {

class Scheduler {
 public:
  /// All outlive the scheduler.
  struct Dependencies {
    store::Database& database;
    executor::Executor& executor;
    const Clock& clock;
  };

  explicit Scheduler(const Dependencies& dependencies);
  ~Scheduler();  // stop()

  /// Handles every schedule whose run time has come until none has. Throws what the store throws.
  void run_due();
  /// When run_due() has something to do; absent: never.
  std::optional<Instant> next_run();

  /// Does so on a thread of its own.
  void start();
  /// Safe to call twice.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::scheduler
