#include "store/memory_store.h"

#include <algorithm>
#include <random>

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

std::string new_uuid() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& c : text) {
    if (c == 'x') c = kHex[random() & 15];
    if (c == 'y') c = kHex[8 | (random() & 3)];
  }
  return text;
}

MemoryStore::SessionRow& MemoryStore::session(ProjectId project, const std::string& workflow,
                                              Instant time) {
  SessionRow& row = sessions_[{project, workflow, seconds_of(time)}];
  if (row.uuid.empty()) {
    row.id = {++last_session_};
    row.uuid = new_uuid();
  }
  return row;
}

AttemptState MemoryStore::state_of(const AttemptRow& row) const {
  return {row.info.id, row.info.session, row.rows.done(), row.rows.success()};
}

std::optional<AttemptState> MemoryStore::find_attempt(
    ProjectId project, const std::string& workflow, Instant session_time,
    const std::optional<std::string>& retry_attempt_name) {
  MutexLock lock(mutex_);
  const auto of = sessions_.find({project, workflow, seconds_of(session_time)});
  if (of == sessions_.end() || !of->second.last) return std::nullopt;
  if (!retry_attempt_name) return state_of(attempts_.at(*of->second.last));
  const auto named = of->second.attempts.find(*retry_attempt_name);
  if (named == of->second.attempts.end()) return std::nullopt;
  return state_of(attempts_.at(named->second));
}

AttemptIds MemoryStore::reserve_ids(ProjectId project, const std::string& workflow,
                                    Instant session_time) {
  MutexLock lock(mutex_);
  const SessionRow& row = session(project, workflow, session_time);
  return {{++last_attempt_}, row.id, row.uuid};
}

std::optional<AttemptState> MemoryStore::insert_attempt(const NewAttempt& attempt) {
  MutexLock lock(mutex_);
  const AttemptInfo& info = attempt.info;
  SessionRow& of = session(info.project, info.workflow_name, info.session_time);
  const std::string name = info.retry_attempt_name.value_or("");
  if (const auto same = of.attempts.find(name); same != of.attempts.end()) {
    const AttemptId existing = name.empty() ? *of.last : same->second;
    return state_of(attempts_.at(existing));
  }
  of.attempts.emplace(name, info.id);
  of.last = info.id;
  AttemptRow& row = attempts_[info.id];
  row.info = info;
  row.rows = rows_of(attempt.attempt);
  row.monitor = attempt.monitor;
  set_wake(row, attempt.wake_at);
  return std::nullopt;
}

std::optional<AttemptState> MemoryStore::find_attempt(AttemptId attempt) {
  MutexLock lock(mutex_);
  const auto found = attempts_.find(attempt);
  if (found == attempts_.end()) return std::nullopt;
  return state_of(found->second);
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

bool MemoryStore::owns(const Ownership& claim) const {
  const auto entry = entries_.find(claim.entry);
  return entry != entries_.end() && entry->second.owner == claim.lease &&
         entry->second.epoch == claim.epoch;
}

std::vector<CommitResult> MemoryStore::commit(std::span<const Commit> commits) {
  MutexLock lock(mutex_);
  std::vector<CommitResult> results;
  results.reserve(commits.size());
  for (const Commit& one : commits) results.push_back(commit_one(one));
  return results;
}

CommitResult MemoryStore::commit_one(const Commit& commit) {
  AttemptRow& row = attempts_.at(commit.attempt);
  if (row.version != commit.version) return CommitResult::version_conflict;
  const bool owned =
      std::ranges::all_of(commit.completed, [this](const Ownership& claim) { return owns(claim); });
  if (!owned) return CommitResult::claim_lost;

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

Store::Lease MemoryStore::open_lease(const std::string&, Instant expires_at) {
  MutexLock lock(mutex_);
  const LeaseId id{++last_lease_};
  leases_.emplace(id, LeaseRow{{1}, expires_at, {}});
  return {id, {1}};
}

bool MemoryStore::renew_lease(const Lease& lease, Instant expires_at) {
  MutexLock lock(mutex_);
  const auto found = leases_.find(lease.id);
  if (found == leases_.end() || found->second.epoch != lease.epoch) return false;
  found->second.expires_at = expires_at;
  return true;
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
  MutexLock lock(mutex_);
  if (const auto found = leases_.find(lease.id); found != leases_.end()) end_lease(found);
}

std::size_t MemoryStore::expire_leases(Instant now) {
  MutexLock lock(mutex_);
  std::size_t returned = 0;
  for (auto lease = leases_.begin(); lease != leases_.end();) {
    const auto next = std::next(lease);
    if (lease->second.expires_at < now) returned += end_lease(lease);
    lease = next;
  }
  return returned;
}

std::vector<Claim> MemoryStore::claim(const Lease& lease, std::size_t max) {
  MutexLock lock(mutex_);
  std::vector<Claim> claims;
  const auto held = leases_.find(lease.id);
  if (held == leases_.end() || held->second.epoch != lease.epoch) return claims;
  while (claims.size() < max && !waiting_.empty()) {
    const EntryId id = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    EntryRow& entry = entries_.at(id);
    entry.owner = lease.id;
    entry.epoch = lease.epoch;
    held->second.entries.insert(id);
    claims.push_back({id, entry.attempt, entry.task, entry.run, entry.payload});
  }
  return claims;
}

bool MemoryStore::withdraw(AttemptId attempt, engine::TaskIndex task, std::int32_t run) {
  MutexLock lock(mutex_);
  const auto known = entry_ids_.find({attempt, task, run});
  if (known == entry_ids_.end() || entries_.at(known->second).owner) return false;
  erase_entry(known->second);
  return true;
}

}  // namespace mogura::store
