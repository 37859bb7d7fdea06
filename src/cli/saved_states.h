// What tasks of one session have left behind, in this run and in earlier ones: asked before a task
// runs, told when one succeeded (cli.md §12.3.5, §12.3.6).
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "cli/skip_plan.h"
#include "cli/status_files.h"
#include "engine/result.h"

namespace mogura::cli {

/// All functions may be called from any thread.
class SavedStates {
 public:
  struct Options {
    /// Successes of this run are kept; not those of a dry run, which did nothing.
    bool keep_new = true;
    /// The results of tasks that the options of the run pass over are kept like successes, as
    /// Digdag does. Otherwise a later run still runs them.
    bool keep_passed_over = true;
    /// `^failure-alert` is kept, as Digdag does, and with it a second failure goes unreported.
    bool keep_failure_alerts = true;
  };

  /// A success of this run counts only after this time: a round of a group's retry that follows at
  /// once runs its tasks anew (language.md §8).
  static constexpr std::chrono::seconds kCountsAfter{1};

  SavedStates(StatusFiles files, SkipPlan plan, Options options, const Clock& clock);
  ~SavedStates();  // stop()

  /// Makes the session's directory and starts the thread that writes files. Throws Error of kind
  /// "io".
  void start();
  /// Writes what is left, ends the thread. Safe to call twice.
  void stop();

  /// The result to use in place of running the task; absent: run it.
  std::optional<engine::TaskResult> find(const std::string& task_name);
  void succeeded(const std::string& task_name, const engine::TaskResult& result);

  /// How many tasks were not run because they had succeeded before, because the options leave them
  /// out.
  std::size_t reused() const;
  std::size_t passed_over() const;
  /// How many states could not be saved; the first of them were logged with the reason.
  std::size_t lost() const;

 private:
  struct Success {
    engine::TaskResult result;
    Instant at;
  };
  struct Write {
    std::string task_name;
    engine::TaskResult result;
  };

  static constexpr std::size_t kMaxLoggedLosses = 3;

  bool is_kept(const std::string& task_name) const MOGURA_REQUIRES(mutex_);
  void write_files();
  void write(const Write& job);

  const StatusFiles files_;
  const SkipPlan plan_;
  const Options options_;
  const Clock& clock_;

  mutable Mutex mutex_;
  Condition changed_;
  std::map<std::string, Success> successes_ MOGURA_GUARDED_BY(mutex_);  // of this run
  std::set<std::string> passed_over_ MOGURA_GUARDED_BY(mutex_);         // not to be run
  std::set<std::string> reused_ MOGURA_GUARDED_BY(mutex_);              // their files are there
  std::deque<Write> to_write_ MOGURA_GUARDED_BY(mutex_);
  bool stopping_ MOGURA_GUARDED_BY(mutex_) = false;
  std::size_t lost_ MOGURA_GUARDED_BY(mutex_) = 0;
  std::thread writer_;
};

}  // namespace mogura::cli
