// What is true about a simulated cluster, kept beside the store and compared with it.
//
// The ledger hears of everything that the store really did and of every execution of a task. It
// throws a Violation where the rows, the queue or the leases break an invariant of execution.md
// §24.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "sim/invariants.h"
#include "sim/problem.h"
#include "sim/timeline.h"
#include "store/store.h"

namespace mogura::sim {

std::string_view commit_result_name(store::CommitResult result);

class Ledger {
 public:
  Ledger(store::Store& store, const Timeline& timeline) : store_(store), timeline_(timeline) {}

  // What the store did.
  void inserted(const store::NewAttempt& attempt);
  void committed(const store::Commit& commit, store::CommitResult result);
  void lease_opened(store::LeaseId lease) { leases_.insert(lease); }
  void lease_ended(store::LeaseId lease);
  void claimed(const store::Lease& lease, const store::Claim& claim);

  // What the agents do: from when to when a task is executed.
  void execution_begins(const std::string& agent, const store::Lease& lease,
                        const store::Claim& claim);
  void execution_ends(const store::Claim& claim);
  /// The agent may forget what it reported.
  void settled(const store::Ownership& claim) const;

  /// Some machine's clock is ahead of the true time by so much.
  void clock_is_ahead(Duration by) { furthest_ = std::max(furthest_, by); }

  /// Throws where nothing has been stored of an attempt that is not done since `since`.
  void check_progress(Duration since) const;
  /// Attempts that are not done.
  std::set<AttemptId> unfinished() const;
  /// That nothing is left of attempts that are done.
  void check_end() const;

 private:
  using Run = std::tuple<AttemptId, engine::TaskIndex, std::int32_t>;
  using Owner = std::optional<store::Ownership>;
  struct Known {
    InvariantChecker checker;
    bool looked_at = false;  // by an executor
    bool done = false;
    std::optional<Instant> wake_at;
    Duration stored_at{};  // last
  };

  void complete(const store::Ownership& claim);
  void enqueue(const store::Commit& commit, const store::NewEntry& entry);
  void check_stored(const engine::Attempt& meant, const engine::Attempt& stored) const;
  void check_attempt(AttemptId attempt);
  void check_queue(const store::Loaded& loaded) const;
  void check_wakes(const store::Loaded& loaded, const Known& known) const;
  bool owns(const store::Ownership& claim) const;
  Instant latest() const;  // by the clock that is ahead of all others

  store::Store& store_;
  const Timeline& timeline_;
  Duration furthest_{};
  std::map<AttemptId, Known> attempts_;
  std::set<std::tuple<ProjectId, std::string, Instant, std::string>> names_;
  std::set<store::LeaseId> leases_;
  std::map<Run, Owner> queue_;
  std::map<store::EntryId, Run> runs_;  // of entries that were ever claimed
  std::set<Run> ever_queued_;
  std::map<Run, std::string> executing_;  // by which agent
  std::set<std::pair<store::LeaseId, Run>> executed_;
};

}  // namespace mogura::sim
