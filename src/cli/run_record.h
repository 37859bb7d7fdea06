// What a run keeps of its attempt: it knows saved results, saves new ones, remembers failures.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "cli/run_summary.h"
#include "cli/saved_states.h"
#include "cli/task_tails.h"
#include "executor/executor.h"

namespace mogura::cli {

/// Attempts that the run's own attempt starts (require>) are left alone: only the workflow and
/// session that the user named have states.
class RunRecord : public executor::KnownResults, public executor::Observer {
 public:
  /// `states` may be null: nothing is known then and nothing is saved. `tails` may be null; those
  /// of tasks that succeed are forgotten. `next` may be null.
  RunRecord(std::string workflow, Instant session_time, SavedStates* states, TaskTails* tails,
            executor::Observer* next);

  std::optional<engine::TaskResult> find(const store::AttemptInfo& attempt,
                                         const std::string& task_name) override;
  void committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                 const std::vector<engine::TaskIndex>& changed) override;

  /// The tasks that failed themselves, in the order of their ids (cli.md §12.3.13).
  std::vector<FailedTask> failed() const;
  /// Those of them that no later round of a group's `_retry` has repeated; known when the attempt
  /// is done.
  std::vector<FailedTask> failed_for_good() const;
  /// How many tasks with an operator succeeded, the failure alert not counted.
  std::size_t succeeded() const;

 private:
  bool is_main(const store::AttemptInfo& attempt) const;
  void find_repeated(const engine::Attempt& attempt) MOGURA_REQUIRES(mutex_);

  const std::string workflow_;
  const Instant session_time_;
  SavedStates* const states_;
  TaskTails* const tails_;
  executor::Observer* const next_;

  mutable Mutex mutex_;
  std::size_t operators_succeeded_ MOGURA_GUARDED_BY(mutex_) = 0;
  std::set<engine::TaskIndex> succeeded_ MOGURA_GUARDED_BY(mutex_);
  std::map<engine::TaskIndex, FailedTask> failed_ MOGURA_GUARDED_BY(mutex_);
  std::set<engine::TaskIndex> repeated_ MOGURA_GUARDED_BY(mutex_);  // of failed_
};

}  // namespace mogura::cli
