#include "store/memory_store.h"

#include <algorithm>
#include <ranges>

#include "store/commit_notice.h"
#include "store/uuid.h"

namespace mogura::store {
namespace {

std::int64_t seconds_of(Instant time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// The rows of an attempt without what is derived from them.
engine::Attempt rows_of(const engine::Attempt& attempt) {
  engine::Attempt rows;
  rows.id = attempt.id;
  rows.tasks = attempt.tasks;
  rows.barriers = attempt.barriers;
  rows.base_params = attempt.base_params;
  rows.resumed = attempt.resumed;
  rows.max_tasks = attempt.max_tasks;
  rows.cancel_requested = attempt.cancel_requested;
  return rows;
}

}  // namespace

MemoryStore::SessionRow& MemoryStore::session(ProjectId project, const std::string& workflow,
                                              Instant time) {
  SessionRow& row = sessions_[{project, workflow, seconds_of(time)}];
  if (row.uuid.empty()) {
    row.id = {++last_session_};
    row.uuid = new_uuid();
  }
  return row;
}

MemoryStore::SessionKey MemoryStore::key_of(const AttemptInfo& info) {
  return {info.project, info.workflow_name, seconds_of(info.session_time)};
}

AttemptState MemoryStore::state_of(const AttemptRow& row) const {
  return {row.info.id, row.info.session, row.rows.done(), row.rows.success()};
}

std::optional<AttemptState> MemoryStore::state_of(AttemptId attempt) const {
  if (const auto row = attempts_.find(attempt); row != attempts_.end()) {
    return state_of(row->second);
  }
  const auto row = released_.find(attempt);
  if (row == released_.end()) return std::nullopt;
  return row->second.state;
}

std::optional<AttemptState> MemoryStore::find_attempt(
    ProjectId project, const std::string& workflow, Instant session_time,
    const std::optional<std::string>& retry_attempt_name) {
  MutexLock lock(mutex_);
  const auto of = sessions_.find({project, workflow, seconds_of(session_time)});
  if (of == sessions_.end() || !of->second.last) return std::nullopt;
  if (!retry_attempt_name) return state_of(*of->second.last);
  const auto named = of->second.attempts.find(*retry_attempt_name);
  if (named == of->second.attempts.end()) return std::nullopt;
  return state_of(named->second);
}

AttemptIds MemoryStore::reserve_ids(ProjectId project, const std::string& workflow,
                                    Instant session_time) {
  MutexLock lock(mutex_);
  const SessionRow& row = session(project, workflow, session_time);
  return {{++last_attempt_}, row.id, row.uuid};
}

std::optional<AttemptState> MemoryStore::insert_attempts(std::span<const NewAttempt> attempts) {
  Notice notice;
  {
    MutexLock lock(mutex_);
    for (const NewAttempt& attempt : attempts) {
      if (attempts_.contains(attempt.info.id)) return std::nullopt;  // all were stored before
      if (const auto same = find_same(attempt.info)) return same;
    }
    for (const NewAttempt& attempt : attempts) {
      insert(attempt);
      if (!notice.wake_at) notice.wake_at = attempts_.at(attempt.info.id).wake_at;
    }
  }
  notices_.send(notice);
  return std::nullopt;
}

std::optional<AttemptState> MemoryStore::find_same(const AttemptInfo& info) {
  const SessionRow& of = session(info.project, info.workflow_name, info.session_time);
  const std::string name = info.retry_attempt_name.value_or("");
  const auto same = of.attempts.find(name);
  if (same == of.attempts.end()) return std::nullopt;
  return state_of(name.empty() ? *of.last : same->second);
}

void MemoryStore::insert(const NewAttempt& attempt) {
  const AttemptInfo& info = attempt.info;
  SessionRow& of = session(info.project, info.workflow_name, info.session_time);
  of.attempts.emplace(info.retry_attempt_name.value_or(""), info.id);
  of.last = info.id;
  AttemptRow& row = attempts_[info.id];
  row.info = info;
  row.rows = rows_of(attempt.attempt);
  row.monitor = attempt.monitor;
  if (attempt.starts_after && is_unfinished(*attempt.starts_after)) {
    waiting_after_.emplace(*attempt.starts_after, info.id);
  } else {
    set_wake(row, attempt.wake_at);
  }
}

bool MemoryStore::is_unfinished(SessionId session) const {
  return std::ranges::any_of(attempts_ | std::views::values, [&](const AttemptRow& row) {
    return row.info.session == session && !row.rows.done();
  });
}

std::optional<Instant> MemoryStore::release_waiting(SessionId session) {
  const auto [first, last] = waiting_after_.equal_range(session);
  if (first == last || is_unfinished(session)) return std::nullopt;
  std::optional<Instant> wake_at;
  for (auto waiting = first; waiting != last; ++waiting) {
    AttemptRow& row = attempts_.at(waiting->second);
    wake_at = row.info.created_at;
    set_wake(row, wake_at);
  }
  waiting_after_.erase(first, last);
  return wake_at;
}

std::int64_t MemoryStore::count_running(SiteId site) {
  MutexLock lock(mutex_);
  return std::ranges::count_if(attempts_ | std::views::values, [&](const AttemptRow& row) {
    return row.info.site == site && !row.rows.done();
  });
}

std::optional<AttemptState> MemoryStore::find_attempt(AttemptId attempt) {
  MutexLock lock(mutex_);
  return state_of(attempt);
}

void MemoryStore::release(AttemptId attempt) {
  MutexLock lock(mutex_);
  const auto found = attempts_.find(attempt);
  if (found == attempts_.end()) return;
  AttemptRow& row = found->second;
  set_wake(row, std::nullopt);
  released_.emplace(attempt, ReleasedRow{state_of(row), key_of(row.info),
                                         row.info.retry_attempt_name.value_or("")});
  attempts_.erase(found);
  if (released_.size() > kMaxReleased) forget_oldest_released();
}

void MemoryStore::forget_oldest_released() {
  const auto oldest = released_.begin();
  const auto of = sessions_.find(oldest->second.session);
  SessionRow& row = of->second;
  row.attempts.erase(oldest->second.name);
  if (row.attempts.empty()) {
    sessions_.erase(of);
  } else if (row.last == oldest->first) {
    row.last = std::ranges::max(row.attempts | std::views::values);
  }
  released_.erase(oldest);
}

bool MemoryStore::holds(AttemptId attempt) {
  MutexLock lock(mutex_);
  return attempts_.contains(attempt);
}

std::optional<Loaded> MemoryStore::load(AttemptId attempt) {
  MutexLock lock(mutex_);
  const auto found = attempts_.find(attempt);
  if (found == attempts_.end()) return std::nullopt;
  const AttemptRow& row = found->second;
  Loaded loaded{row.info, row.rows, row.version, row.monitor, {}};
  for (auto entry = entry_ids_.lower_bound({attempt, 0, 0});
       entry != entry_ids_.end() && std::get<AttemptId>(entry->first) == attempt; ++entry) {
    loaded.queued.insert(std::get<engine::TaskIndex>(entry->first));
  }
  engine::rebuild_links(loaded.attempt);
  return loaded;
}

void MemoryStore::set_wake(AttemptRow& row, std::optional<Instant> wake_at) {
  if (row.wake_at) wakes_.erase({*row.wake_at, row.info.id});
  row.wake_at = wake_at;
  if (row.wake_at) wakes_.emplace(*row.wake_at, row.info.id);
}

void MemoryStore::enqueue(AttemptId attempt, std::vector<NewEntry> entries) {
  for (NewEntry& added : entries) {
    const EntryKey key{attempt, added.task, added.run};
    if (entry_ids_.contains(key)) continue;
    const EntryId id{++last_entry_};
    entry_ids_.emplace(key, id);
    entries_.emplace(id,
                     EntryRow{attempt, added.task, added.run, std::move(added.payload), {}, {}});
    waiting_.insert(id);
  }
}

void MemoryStore::mark_canceled(AttemptId attempt, const QueuedRun& run) {
  const auto id = entry_ids_.find({attempt, run.task, run.run});
  if (id != entry_ids_.end()) entries_.at(id->second).canceled = true;
}

bool MemoryStore::owns(const Ownership& claim) const {
  const auto entry = entries_.find(claim.entry);
  return entry != entries_.end() && entry->second.owner == claim.lease &&
         entry->second.epoch == claim.epoch;
}

std::vector<CommitResult> MemoryStore::commit(std::span<const Commit> commits) {
  std::vector<CommitResult> results;
  results.reserve(commits.size());
  std::optional<Instant> released;
  {
    MutexLock lock(mutex_);
    for (const Commit& one : commits) {
      results.push_back(commit_one(one));
      if (results.back() != CommitResult::committed || !one.after->done()) continue;
      const auto wake_at = release_waiting(attempts_.at(one.attempt).info.session);
      if (wake_at) released = wake_at;
    }
  }
  notices_.send(notice_of(commits, results, released));
  return results;
}

CommitResult MemoryStore::commit_one(const Commit& commit) {
  AttemptRow& row = attempts_.at(commit.attempt);
  if (row.version != commit.version) return CommitResult::version_conflict;
  for (const Ownership& claim : commit.completed) {
    if (!owns(claim)) return CommitResult::claim_lost;
  }

  ++row.version.value;
  row.rows.tasks.resize(commit.after->tasks.size());
  for (const engine::TaskIndex task : commit.changed) {
    row.rows.tasks[task] = commit.after->tasks[task];
  }
  for (std::size_t barrier = row.rows.barriers.size(); barrier < commit.after->barriers.size();
       ++barrier) {
    row.rows.barriers.push_back(commit.after->barriers[barrier]);
  }
  row.rows.cancel_requested = commit.after->cancel_requested;
  if (commit.monitor_fired) row.monitor.reset();
  set_wake(row, commit.wake_at);
  for (const Ownership& claim : commit.completed) erase_entry(claim.entry);
  enqueue(commit.attempt, commit.enqueue);
  for (const QueuedRun& run : commit.cancel) mark_canceled(commit.attempt, run);
  return CommitResult::committed;
}

void MemoryStore::erase_entry(EntryId entry) {
  const auto found = entries_.find(entry);
  if (found == entries_.end()) return;
  const EntryRow& row = found->second;
  if (row.owner) leases_.at(*row.owner).entries.erase(entry);
  entry_ids_.erase({row.attempt, row.task, row.run});
  waiting_.erase(entry);
  entries_.erase(found);
}

std::vector<AttemptId> MemoryStore::attempts_due(Instant now, std::size_t max) {
  MutexLock lock(mutex_);
  std::vector<AttemptId> due;
  for (auto wake = wakes_.begin(); wake != wakes_.end() && wake->first <= now && due.size() < max;
       ++wake) {
    due.push_back(wake->second);
  }
  return due;
}

std::optional<Instant> MemoryStore::next_wake() {
  MutexLock lock(mutex_);
  if (wakes_.empty()) return std::nullopt;
  return wakes_.begin()->first;
}

MemoryStore::LeaseRow* MemoryStore::find_lease(const Lease& lease) {
  const auto found = leases_.find(lease.id);
  const bool same = found != leases_.end() && found->second.epoch == lease.epoch;
  return same ? &found->second : nullptr;
}

Lease MemoryStore::open_lease(const std::string&, std::chrono::milliseconds lifetime) {
  constexpr Epoch kFirst{1};
  LeaseId id;
  {
    MutexLock lock(mutex_);
    id = {++last_lease_};
    leases_.emplace(id, LeaseRow{kFirst, lifetime, 0, {}});
  }
  notices_.send({.leases = true});
  return {id, kFirst};
}

std::optional<Renewal> MemoryStore::renew_lease(const Lease& lease) {
  MutexLock lock(mutex_);
  LeaseRow* const row = find_lease(lease);
  if (row == nullptr) return std::nullopt;
  ++row->renewals;
  Renewal renewal{row->entries.size(), {}};
  for (const EntryId entry : row->entries) {
    if (entries_.at(entry).canceled) renewal.canceled.push_back(entry);
  }
  return renewal;
}

std::size_t MemoryStore::end_lease(std::map<LeaseId, LeaseRow>::iterator lease) {
  const std::size_t returned = lease->second.entries.size();
  for (const EntryId entry : lease->second.entries) {
    entries_.at(entry).owner.reset();
    waiting_.insert(entry);
  }
  leases_.erase(lease);
  return returned;
}

void MemoryStore::close_lease(const Lease& lease) {
  std::size_t returned = 0;
  {
    MutexLock lock(mutex_);
    if (find_lease(lease) != nullptr) returned = end_lease(leases_.find(lease.id));
  }
  notices_.send({.queued = returned > 0});
}

std::vector<LeaseState> MemoryStore::leases() {
  MutexLock lock(mutex_);
  std::vector<LeaseState> states;
  for (const auto& [id, row] : leases_) states.push_back({id, row.renewals, row.lifetime});
  return states;
}

std::size_t MemoryStore::expire_lease(const LeaseState& seen) {
  std::size_t returned = 0;
  {
    MutexLock lock(mutex_);
    const auto found = leases_.find(seen.id);
    if (found == leases_.end() || found->second.renewals != seen.renewals) return 0;
    returned = end_lease(found);
  }
  notices_.send({.queued = returned > 0});
  return returned;
}

Claim MemoryStore::claim_of(EntryId id) const {
  const EntryRow& entry = entries_.at(id);
  return {id, entry.attempt, entry.task, entry.run, entry.payload, entry.canceled};
}

std::vector<Claim> MemoryStore::claim(const Lease& lease, std::size_t max) {
  MutexLock lock(mutex_);
  std::vector<Claim> claims;
  LeaseRow* const held = find_lease(lease);
  if (held == nullptr) return claims;
  while (claims.size() < max && !waiting_.empty()) {
    const EntryId id = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    EntryRow& entry = entries_.at(id);
    entry.owner = lease.id;
    entry.epoch = lease.epoch;
    held->entries.insert(id);
    claims.push_back(claim_of(id));
  }
  return claims;
}

std::vector<Claim> MemoryStore::claims_of(const Lease& lease) {
  MutexLock lock(mutex_);
  std::vector<Claim> claims;
  const LeaseRow* const held = find_lease(lease);
  if (held == nullptr) return claims;
  for (const EntryId entry : held->entries) claims.push_back(claim_of(entry));
  return claims;
}

std::unique_ptr<Notices::Subscription> MemoryStore::watch(Listener listener) {
  return notices_.subscribe(std::move(listener));
}

}  // namespace mogura::store
