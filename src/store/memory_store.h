// The store of a process that keeps nothing: `mogura run`, `database.type=memory`, the simulator.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/mutex.h"
#include "store/store.h"

namespace mogura::store {

/// Safe to use from many threads.
class MemoryStore : public Store {
 public:
  /// Of attempts that were released, so many are known still; the oldest go first.
  static constexpr std::size_t kMaxReleased = 10'000;

  std::optional<AttemptState> find_attempt(
      ProjectId project, const std::string& workflow, Instant session_time,
      const std::optional<std::string>& retry_attempt_name) override;
  AttemptIds reserve_ids(ProjectId project, const std::string& workflow,
                         Instant session_time) override;
  std::optional<AttemptState> insert_attempts(std::span<const NewAttempt> attempts) override;
  std::optional<AttemptState> find_attempt(AttemptId attempt) override;
  std::int64_t count_running(SiteId site) override;
  std::optional<Loaded> load(AttemptId attempt) override;
  std::vector<CommitResult> commit(std::span<const Commit> commits) override;
  std::vector<AttemptId> attempts_due(Instant now, std::size_t max) override;
  std::optional<Instant> next_wake() override;
  Lease open_lease(const std::string& agent, std::chrono::milliseconds lifetime) override;
  std::optional<Renewal> renew_lease(const Lease& lease) override;
  void close_lease(const Lease& lease) override;
  std::vector<LeaseState> leases() override;
  std::size_t expire_lease(const LeaseState& seen) override;
  std::vector<Claim> claim(const Lease& lease, std::size_t max) override;
  std::vector<Claim> claims_of(const Lease& lease) override;
  std::unique_ptr<Notices::Subscription> watch(Listener listener) override;

  /// Nobody needs the tasks of this attempt, which is done, any more: they are dropped, and load()
  /// does not find it from now on. find_attempt() does, so that its session is not started twice.
  void release(AttemptId attempt);
  /// Whether the attempt was stored and not released.
  bool holds(AttemptId attempt);

 private:
  using SessionKey = std::tuple<ProjectId, std::string, std::int64_t>;
  struct SessionRow {
    SessionId id;
    std::string uuid;
    std::map<std::string, AttemptId> attempts;  // by retry attempt name; "" for a plain start
    std::optional<AttemptId> last;
  };
  // Rows only: the links of an attempt are its executor's affair.
  struct AttemptRow {
    AttemptInfo info;
    engine::Attempt rows;
    Version version;
    std::optional<Monitor> monitor;
    std::optional<Instant> wake_at;
  };
  struct ReleasedRow {
    AttemptState state;
    SessionKey session;
    std::string name;  // as in SessionRow::attempts
  };
  struct EntryRow {
    AttemptId attempt;
    engine::TaskIndex task = 0;
    std::int32_t run = 0;
    Value payload;
    std::optional<LeaseId> owner;
    Epoch epoch;
    bool canceled = false;
  };
  struct LeaseRow {
    Epoch epoch;
    std::chrono::milliseconds lifetime;
    std::int64_t renewals = 0;
    std::set<EntryId> entries;
  };
  using EntryKey = std::tuple<AttemptId, engine::TaskIndex, std::int32_t>;

  SessionRow& session(ProjectId project, const std::string& workflow, Instant time)
      MOGURA_REQUIRES(mutex_);
  static SessionKey key_of(const AttemptInfo& info);
  AttemptState state_of(const AttemptRow& row) const;
  std::optional<AttemptState> state_of(AttemptId attempt) const MOGURA_REQUIRES(mutex_);
  void forget_oldest_released() MOGURA_REQUIRES(mutex_);
  void set_wake(AttemptRow& row, std::optional<Instant> wake_at) MOGURA_REQUIRES(mutex_);
  void enqueue(AttemptId attempt, std::vector<NewEntry> entries) MOGURA_REQUIRES(mutex_);
  bool owns(const Ownership& claim) const MOGURA_REQUIRES(mutex_);
  void mark_canceled(AttemptId attempt, const QueuedRun& run) MOGURA_REQUIRES(mutex_);
  std::optional<AttemptState> find_same(const AttemptInfo& info) MOGURA_REQUIRES(mutex_);
  void insert(const NewAttempt& attempt) MOGURA_REQUIRES(mutex_);
  bool is_unfinished(SessionId session) const MOGURA_REQUIRES(mutex_);
  /// Lets those start that waited for the session of an attempt that is done; when they wake.
  std::optional<Instant> release_waiting(SessionId session) MOGURA_REQUIRES(mutex_);
  CommitResult commit_one(const Commit& commit) MOGURA_REQUIRES(mutex_);
  void erase_entry(EntryId entry) MOGURA_REQUIRES(mutex_);
  LeaseRow* find_lease(const Lease& lease) MOGURA_REQUIRES(mutex_);
  Claim claim_of(EntryId id) const MOGURA_REQUIRES(mutex_);
  std::size_t end_lease(std::map<LeaseId, LeaseRow>::iterator lease) MOGURA_REQUIRES(mutex_);

  Notices notices_;
  Mutex mutex_;
  std::map<SessionKey, SessionRow> sessions_ MOGURA_GUARDED_BY(mutex_);
  std::map<AttemptId, AttemptRow> attempts_ MOGURA_GUARDED_BY(mutex_);
  std::map<AttemptId, ReleasedRow> released_ MOGURA_GUARDED_BY(mutex_);
  std::set<std::pair<Instant, AttemptId>> wakes_ MOGURA_GUARDED_BY(mutex_);
  std::multimap<SessionId, AttemptId> waiting_after_ MOGURA_GUARDED_BY(mutex_);
  std::map<EntryId, EntryRow> entries_ MOGURA_GUARDED_BY(mutex_);
  std::map<EntryKey, EntryId> entry_ids_ MOGURA_GUARDED_BY(mutex_);
  std::set<EntryId> waiting_ MOGURA_GUARDED_BY(mutex_);
  std::map<LeaseId, LeaseRow> leases_ MOGURA_GUARDED_BY(mutex_);
  std::int64_t last_session_ MOGURA_GUARDED_BY(mutex_) = 0;
  std::int64_t last_attempt_ MOGURA_GUARDED_BY(mutex_) = 0;
  std::int64_t last_entry_ MOGURA_GUARDED_BY(mutex_) = 0;
  std::int64_t last_lease_ MOGURA_GUARDED_BY(mutex_) = 0;
};

}  // namespace mogura::store
