// What outlives a process: sessions, attempts with their tasks, the queue, the leases of agents
// (execution.md §1, §3, §9; DESIGN.md §1-2).
//
// Every function is one transaction. An attempt is changed by whoever has seen its newest version:
// a commit names the version that it started from and is refused, not merged, where another came
// first. A queue entry belongs to the agent that claimed it under its lease's epoch: a result of an
// older epoch is refused.
//
// A lease says how long it lives but not until when: no two clocks have to agree. Its agent counts
// from before a renewal, whoever ends it from after the renewal was seen, each on a clock that does
// not jump; so the agent always gives up first.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"
#include "engine/attempt.h"
#include "store/notices.h"
#include "value/value.h"

namespace mogura::store {

using EntryId = Id<struct QueueEntryTag>;
using LeaseId = Id<struct LeaseTag>;
using Epoch = Id<struct EpochTag>;
using Version = Id<struct VersionTag>;

/// What names an attempt and stays the same all its life.
struct AttemptInfo {
  AttemptId id;
  SessionId session;
  SiteId site;
  ProjectId project;
  std::string project_name;
  std::string workflow_name;
  std::string revision;
  std::string timezone;
  std::string session_uuid;
  Instant session_time;
  std::optional<std::string> retry_attempt_name;
  Instant created_at;
  std::optional<WorkflowId> workflow;  // absent where no stored definition is its origin
};

/// When an attempt that still runs violates its SLA, and the `sla` section (execution.md §16).
struct Monitor {
  Instant due;
  Object sla;
};

/// A task that waits for an agent; `payload` is all that the agent needs.
struct NewEntry {
  engine::TaskIndex task;
  std::int32_t run;
  Value payload;
};

struct NewAttempt {
  AttemptInfo info;  // id, session and session_uuid are given by the store
  Object params;     // what the caller passed, and what a schedule added
  engine::Attempt attempt;
  std::optional<Monitor> monitor;
  std::optional<Instant> wake_at;
  /// It waits until no attempt of this session is unfinished; until then it has no tasks that
  /// anyone sees, and never wakes (backfill, execution.md §15).
  std::optional<SessionId> starts_after;
};

/// Ids for an attempt to be: they are written into its queue entries before it is stored.
struct AttemptIds {
  AttemptId attempt;
  SessionId session;
  std::string session_uuid;
};

struct AttemptState {
  AttemptId attempt;
  SessionId session;
  bool done = false;
  bool success = false;
};

struct Loaded {
  AttemptInfo info;
  engine::Attempt attempt;
  Version version;
  std::optional<Monitor> monitor;
  /// Tasks that have a queue entry, claimed or not. A running task without one is its executor's to
  /// dispatch.
  std::set<engine::TaskIndex> queued;
};

struct Claim {
  EntryId entry;
  AttemptId attempt;
  engine::TaskIndex task = 0;
  std::int32_t run = 0;
  Value payload;
  bool canceled = false;  // since it was queued: it is to be cleaned up, not run
};

/// The right of an agent to claim entries and to hold them.
struct Lease {
  LeaseId id;
  Epoch epoch;
};

/// What an agent learns when it renews its lease.
struct Renewal {
  std::size_t claims = 0;         // how many it holds
  std::vector<EntryId> canceled;  // those whose runs are to end
};

/// A lease as others see it.
struct LeaseState {
  LeaseId id;
  std::int64_t renewals = 0;  // so far
  std::chrono::milliseconds lifetime{};
};

/// A task's run, which names its queue entry.
struct QueuedRun {
  engine::TaskIndex task;
  std::int32_t run;
};

/// A claimed entry, as its owner names it.
struct Ownership {
  EntryId entry;
  LeaseId lease;
  Epoch epoch;
};

/// One attempt's share of a commit.
struct Commit {
  AttemptId attempt;
  Version version;                         // that `after` was made from
  const engine::Attempt* after = nullptr;  // read during the call only
  std::vector<engine::TaskIndex> changed;  // its rows that differ; rows may repeat
  std::vector<NewEntry> enqueue;
  std::vector<Ownership> completed;  // entries whose results are in `after`
  std::vector<QueuedRun> cancel;     // entries, claimed or not, whose runs are to end
  std::optional<Instant> wake_at;    // when somebody must look at the attempt again
  bool wake_is_news = true;          // false: it is stored already
  bool monitor_fired = false;
  /// How many rows `version` had: those of `after` behind them are new.
  std::size_t stored_tasks = 0;
  std::size_t stored_barriers = 0;
};

enum class CommitResult {
  committed,
  version_conflict,  // another process moved the attempt: load it and apply again
  claim_lost,  // a result came from an agent that no longer owns its entry: nothing was written
};

class Store {
 public:
  virtual ~Store() = default;

  /// The attempt of the session (project, workflow, time in seconds) with this name; without a
  /// name, the session's last one.
  virtual std::optional<AttemptState> find_attempt(
      ProjectId project, const std::string& workflow, Instant session_time,
      const std::optional<std::string>& retry_attempt_name) = 0;
  /// Ids for a new attempt: those of the session where there is one, and a fresh attempt id.
  virtual AttemptIds reserve_ids(ProjectId project, const std::string& workflow,
                                 Instant session_time) = 0;
  /// Absent: stored, now or by the same call before, whose answer was lost. Else the attempt that
  /// has the same session and name already (execution.md §3), and nothing was stored. Throws Error
  /// of kind "conflict" where the session was made by somebody else since its ids were reserved.
  std::optional<AttemptState> insert_attempt(const NewAttempt& attempt) {
    return insert_attempts({&attempt, 1});
  }
  /// The same for several of them, all or none: the first attempt that is there already.
  virtual std::optional<AttemptState> insert_attempts(std::span<const NewAttempt> attempts) = 0;
  virtual std::optional<AttemptState> find_attempt(AttemptId attempt) = 0;
  /// How many attempts of the site are not done.
  virtual std::int64_t count_running(SiteId site) = 0;

  virtual std::optional<Loaded> load(AttemptId attempt) = 0;
  /// All in one transaction; one attempt's refusal does not touch the others. A result for each.
  virtual std::vector<CommitResult> commit(std::span<const Commit> commits) = 0;

  /// Attempts whose wake_at has come, at most `max`.
  virtual std::vector<AttemptId> attempts_due(Instant now, std::size_t max) = 0;
  /// The earliest wake_at of all attempts. It may be a time at which none wakes any more;
  /// attempts_due() then finds nothing, and the next answer is better.
  virtual std::optional<Instant> next_wake() = 0;

  virtual Lease open_lease(const std::string& agent, std::chrono::milliseconds lifetime) = 0;
  /// Absent where the lease was ended: its claims belong to others.
  virtual std::optional<Renewal> renew_lease(const Lease& lease) = 0;
  /// Gives the lease's claims back to the queue.
  virtual void close_lease(const Lease& lease) = 0;
  virtual std::vector<LeaseState> leases() = 0;
  /// Ends a lease unless it was renewed since it was `seen`; the number of entries that went back.
  virtual std::size_t expire_lease(const LeaseState& seen) = 0;

  /// Claims up to `max` entries in queue order; none for a lease that has ended.
  virtual std::vector<Claim> claim(const Lease& lease, std::size_t max) = 0;
  /// All that the lease holds: for an agent that was not told what it had claimed.
  virtual std::vector<Claim> claims_of(const Lease& lease) = 0;

  /// Tells of changes from now on, also of those that the caller makes itself.
  virtual std::unique_ptr<Notices::Subscription> watch(Listener listener) = 0;
};

}  // namespace mogura::store
