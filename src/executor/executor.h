// The executor: carries events to the engine and what follows from them to the store, agents and
// whoever watches (DESIGN.md §1-2).
//
// Events of many attempts are taken together: applied to the cached trees, their changes written in
// one commit, then the effects sent. Operators that only compute run inside, between two events.
// Any number of executors may work on one store: an attempt that another one moved is loaded again
// and its events are applied anew. The store tells agents what there is to claim and to end, and
// executors when an attempt is to be looked at: nobody polls.
//
//   Executor executor(dependencies);
//   executor.start();  // or step it: while (executor.run_batch()) {}
//   auto started = executor.start_attempt(request);
//   executor.post(attempt, engine::TaskSucceeded{...}, claim);  // what an agent reports
//   executor.stop();
//
// What was posted lives in memory until it is committed: whoever must not lose it keeps it until it
// is settled, and posts it again, to this executor or another, when that takes too long. Posting
// twice does no harm.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/event.h"
#include "executor/attempt_start.h"
#include "operators/task_run.h"
#include "store/store.h"

namespace mogura::executor {

/// Results that are known without running a task, as `mogura run` keeps them in its status files
/// (cli.md §12.3.6). Asked on the executor's thread.
class KnownResults {
 public:
  virtual ~KnownResults() = default;
  virtual std::optional<engine::TaskResult> find(const store::AttemptInfo& attempt,
                                                 const std::string& task_name) = 0;
};

/// Watches attempts. Called on the executor's thread after each commit, with the rows that changed.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                         const std::vector<engine::TaskIndex>& changed) = 0;
};

/// Called when an event is stored or, because it came too late, never will be: its sender may
/// forget it. On the executor's thread; must not block.
using Settled = std::function<void()>;

/// A batch ends after so many inline tasks of one attempt, or so long, so that one attempt's
/// endless loop neither holds up the others nor stays unstored.
struct BatchLimits {
  int inline_tasks = 2'000;
  std::chrono::milliseconds time{30};
  /// A commit queues so many tasks of an attempt: agents begin with them while the rest follows.
  std::size_t queued_tasks = 200;
  /// How long results from which nothing follows yet may wait for others to be stored with.
  std::chrono::milliseconds commit_delay{0};
};

struct Dependencies {
  store::Store& store;
  const Clock& clock;
  const operators::Environment& environment;
  operators::RunOptions run_options;
  StartLimits limits;
  KnownResults* known_results = nullptr;  // may be absent
  Observer* observer = nullptr;           // may be absent
  /// The log of a task's run, null for none.
  std::function<std::shared_ptr<TaskLog>(const operators::TaskRequest&)> open_task_log;
  BatchLimits batch;
  /// Attempts that are kept in memory beyond this are those that have work.
  static constexpr std::size_t kMaxCachedAttempts = 1'000;
  std::size_t max_cached_attempts = kMaxCachedAttempts;
  /// Leaves to other executors what is due without having been posted here.
  bool only_posted = false;
  TimeToLive time_to_live = {};
};

class Executor {
 public:
  explicit Executor(Dependencies dependencies);
  ~Executor();  // stop()

  /// What became of a start: the new attempt, or the one that its session has already.
  struct Started {
    store::AttemptState state;
    bool is_new = false;
  };
  /// Any thread. Throws what prepare_attempt() throws, and Error of kind "attempt limit exceeded".
  Started start_attempt(const StartRequest& request);
  /// Starts attempts of a backfill, all or none: each when the session of the one before has no
  /// unfinished attempt. Where one of them exists, it is what comes back. Any thread; throws as
  /// start_attempt().
  std::expected<std::vector<AttemptId>, store::AttemptState> start_in_turn(
      std::span<const StartRequest> requests);

  /// Something happened to an attempt; `claim` is the queue entry whose result this is. Any thread.
  void post(AttemptId attempt, engine::Event event,
            std::optional<store::Ownership> claim = std::nullopt, Settled settled = {});

  /// Handles what was posted and what is due, in one commit; false where there was nothing, or
  /// nothing but results that wait for others. What the store throws (Error) ends the batch;
  /// nothing of it is lost, the next one tries again.
  bool run_batch();
  /// When run_batch() is to be called without a post() or a notice of the store. Throws as it does.
  Instant next_wake();

  /// Runs batches on a thread of its own, as posts and timers come.
  void start();
  /// Ends the thread after its current batch, when all that was applied is stored. Safe to call
  /// twice.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::executor
