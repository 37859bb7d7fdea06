#include "sim/ledger.h"

#include <fmt/core.h>

#include "executor/task_requests.h"
#include "template/builtin_variables.h"
#include "value/json.h"

namespace mogura::sim {
namespace {

// The names of the variables that every task has beside its parameters.
const std::set<std::string>& builtin_names() {
  static const std::set<std::string> names = [] {
    std::set<std::string> found{"task_name"};
    const tmpl::SessionFacts facts{.project = {},
                                   .session = {},
                                   .attempt = {},
                                   .session_uuid = {},
                                   .session_time = NodeClock::kStart,
                                   .zone = *calendar::TimeZone::find("UTC"),
                                   .retry_attempt_name = "again"};
    for (const auto& [name, value] : tmpl::builtin_variables(facts, Object{})) found.insert(name);
    return found;
  }();
  return names;
}

std::string own_params(Object params) {
  for (const std::string& name : builtin_names()) params.erase(name);
  for (const char* key : {"_check", "_error"}) params.erase(key);
  return value::to_json(Value(std::move(params)));
}

bool is_cleanup(const store::Claim& claim) {
  return claim.canceled || claim.payload.as_object().find("cancelRequested")->as_boolean();
}

}  // namespace

std::string_view commit_result_name(store::CommitResult result) {
  switch (result) {
    case store::CommitResult::committed:
      return "committed";
    case store::CommitResult::version_conflict:
      return "version conflict";
    case store::CommitResult::claim_lost:
      return "claim lost";
  }
  return "";
}

void Ledger::inserted(const store::NewAttempt& attempt) {
  const store::AttemptInfo& info = attempt.info;
  const bool is_new = names_
                          .emplace(info.project, info.workflow_name, info.session_time,
                                   info.retry_attempt_name.value_or(""))
                          .second;
  if (!is_new) throw Violation{fmt::format("I1: attempt {} has a twin", info.id.value)};
  attempts_[info.id].wake_at = attempt.wake_at;
  check_stored(attempt.attempt, store_.load(info.id)->attempt);
  check_attempt(info.id);
}

bool Ledger::owns(const store::Ownership& claim) const {
  const auto run = runs_.find(claim.entry);
  if (run == runs_.end() || !leases_.contains(claim.lease)) return false;
  const auto entry = queue_.find(run->second);
  return entry != queue_.end() && entry->second && entry->second->entry == claim.entry &&
         entry->second->lease == claim.lease && entry->second->epoch == claim.epoch;
}

void Ledger::committed(const store::Commit& commit, store::CommitResult result) {
  if (result == store::CommitResult::version_conflict) return;
  if (result == store::CommitResult::claim_lost) {
    if (std::ranges::all_of(commit.completed, [this](const auto& claim) { return owns(claim); })) {
      throw Violation{fmt::format("Q4: results of attempt {} were refused without reason",
                                  commit.attempt.value)};
    }
    return;
  }
  Known& known = attempts_.at(commit.attempt);
  // An attempt without tasks is done from the start; that somebody looks changes nothing.
  const bool changes = !commit.changed.empty() || !commit.enqueue.empty();
  if (known.done && changes) {
    throw Violation{fmt::format("I2: attempt {} changed when it was done", commit.attempt.value)};
  }
  known.looked_at = true;
  for (const store::Ownership& claim : commit.completed) complete(claim);
  for (const store::NewEntry& entry : commit.enqueue) enqueue(commit, entry);
  known.wake_at = commit.wake_at;
  check_stored(*commit.after, store_.load(commit.attempt)->attempt);
  check_attempt(commit.attempt);
}

void Ledger::complete(const store::Ownership& claim) {
  if (!owns(claim)) {
    throw Violation{fmt::format("Q4: a result for entry {} was accepted from lease {}",
                                claim.entry.value, claim.lease.value)};
  }
  queue_.erase(runs_.at(claim.entry));
}

void Ledger::enqueue(const store::Commit& commit, const store::NewEntry& entry) {
  const Run run{commit.attempt, entry.task, entry.run};
  if (!ever_queued_.insert(run).second) {
    throw Violation{fmt::format("Q6: attempt {} task {} run {} is queued twice",
                                commit.attempt.value, entry.task, entry.run)};
  }
  queue_.emplace(run, std::nullopt);
  const std::string seen = own_params(entry.payload.as_object().find("config")->as_object());
  const std::string expected = own_params(reference_params(*commit.after, entry.task));
  if (seen != expected) {
    throw Violation{fmt::format("T12: attempt {} task {} sees {} instead of {}",
                                commit.attempt.value, entry.task, seen, expected)};
  }
}

void Ledger::settled(const store::Ownership& claim) const {
  if (owns(claim)) {
    throw Violation{fmt::format("Q4: the result of entry {} is settled but counts for nothing",
                                claim.entry.value)};
  }
}

void Ledger::lease_ended(store::LeaseId lease) {
  leases_.erase(lease);
  for (auto& [run, owner] : queue_) {
    if (owner && owner->lease == lease) owner.reset();
  }
}

void Ledger::claimed(const store::Lease& lease, const store::Claim& claim) {
  const Run run{claim.attempt, claim.task, claim.run};
  const auto entry = queue_.find(run);
  if (entry == queue_.end() || entry->second || !leases_.contains(lease.id)) {
    throw Violation{fmt::format("Q3: lease {} has claimed attempt {} task {} run {}, {}",
                                lease.id.value, claim.attempt.value, claim.task, claim.run,
                                entry == queue_.end() ? "which is not queued"
                                : entry->second       ? "which another one has"
                                                      : "but has ended")};
  }
  entry->second = store::Ownership{claim.entry, lease.id, lease.epoch};
  runs_[claim.entry] = run;
}

void Ledger::execution_begins(const std::string& agent, const store::Lease& lease,
                              const store::Claim& claim) {
  const Run run{claim.attempt, claim.task, claim.run};
  if (!executed_.emplace(lease.id, run).second) {
    throw Violation{fmt::format("Q4: {} executes attempt {} task {} run {} again without a reason",
                                agent, claim.attempt.value, claim.task, claim.run)};
  }
  const auto [other, is_only] = executing_.emplace(run, agent);
  if (!is_only) {
    throw Violation{fmt::format("Q3: {} executes attempt {} task {} run {} while {} still does",
                                agent, claim.attempt.value, claim.task, claim.run, other->second)};
  }
  const engine::Task row = store_.load(claim.attempt)->attempt.tasks[claim.task];
  if (row.has(engine::kCancelRequested) && !is_cleanup(claim)) {
    throw Violation{fmt::format("T10: {} runs {} of attempt {} after the kill", agent,
                                row.full_name, claim.attempt.value)};
  }
}

void Ledger::execution_ends(const store::Claim& claim) {
  executing_.erase({claim.attempt, claim.task, claim.run});
}

Instant Ledger::latest() const {
  return NodeClock::kStart + timeline_.now() + furthest_;
}

// That a commit named all rows that differ.
void Ledger::check_stored(const engine::Attempt& meant, const engine::Attempt& stored) const {
  const auto same_row = [](const engine::Task& a, const engine::Task& b) {
    return a.full_name == b.full_name && a.parent == b.parent && a.waits_for == b.waits_for &&
           a.state == b.state && a.flags == b.flags && a.output == b.output && a.run == b.run &&
           a.retry_at == b.retry_at && a.started_at == b.started_at &&
           a.updated_at == b.updated_at &&
           value::to_json(a.state_params) == value::to_json(b.state_params);
  };
  const auto [row, stored_row] = std::ranges::mismatch(meant.tasks, stored.tasks, same_row);
  if (row != meant.tasks.end()) {
    throw Violation{
        fmt::format("I4: {} of attempt {} is not stored as it is", row->full_name, meant.id)};
  }
  if (stored_row != stored.tasks.end() || meant.barriers != stored.barriers ||
      meant.cancel_requested != stored.cancel_requested) {
    throw Violation{fmt::format("I4: attempt {} is not stored as it is", meant.id)};
  }
}

void Ledger::check_attempt(AttemptId attempt) {
  Known& known = attempts_.at(attempt);
  const store::Loaded loaded = *store_.load(attempt);
  if (auto problem = known.checker.check_stored(loaded.attempt, latest())) {
    throw Violation{fmt::format("attempt {}: {}", attempt.value, *problem)};
  }
  known.done = loaded.attempt.done();
  known.stored_at = timeline_.now();
  check_queue(loaded);
  check_wakes(loaded, known);
}

// Q1, and that the store's queue is the ledger's.
void Ledger::check_queue(const store::Loaded& loaded) const {
  const AttemptId id = loaded.info.id;
  std::set<engine::TaskIndex> queued;
  for (auto entry = queue_.lower_bound({id, 0, 0});
       entry != queue_.end() && std::get<AttemptId>(entry->first) == id; ++entry) {
    const auto [attempt, task, run] = entry->first;
    const engine::Task& row = loaded.attempt.tasks[task];
    if (row.state != engine::TaskState::running || row.run != run) {
      throw Violation{fmt::format("Q1: {} of attempt {} is {} in run {} but queued for run {}",
                                  row.full_name, id.value, state_name(row.state), row.run, run)};
    }
    queued.insert(task);
  }
  if (queued != loaded.queued) {
    throw Violation{fmt::format("Q1: the queue has not what attempt {} has queued", id.value)};
  }
}

// Whatever waits for a time or an executor, not for an agent, has somebody who comes back for it.
void Ledger::check_wakes(const store::Loaded& loaded, const Known& known) const {
  const engine::Attempt& attempt = loaded.attempt;
  if (known.done) {
    if (known.wake_at && known.looked_at) {
      throw Violation{"I2: a done attempt wants to be woken"};
    }
    return;
  }
  for (engine::TaskIndex task = 0; task < attempt.tasks.size(); ++task) {
    const bool here =
        attempt.tasks[task].state == engine::TaskState::running && !loaded.queued.contains(task);
    if (here && !known.wake_at) {
      throw Violation{fmt::format("Q1: {} of attempt {} is neither queued nor to be executed",
                                  attempt.tasks[task].full_name, loaded.info.id.value)};
    }
  }
  const auto missed = [&](std::optional<Instant> due) {
    return due && (!known.wake_at || *known.wake_at > std::max(*due, latest()));
  };
  const bool misses_monitor = loaded.monitor && missed(loaded.monitor->due);
  if (missed(attempt.next_timer()) || misses_monitor) {
    throw Violation{fmt::format("L2: attempt {} is woken too late", loaded.info.id.value)};
  }
}

void Ledger::check_progress(Duration since) const {
  for (const auto& [id, known] : attempts_) {
    if (!known.done && known.stored_at < since) {
      throw Violation{fmt::format("L1: nothing happens to attempt {}", id.value)};
    }
  }
}

std::set<AttemptId> Ledger::unfinished() const {
  std::set<AttemptId> left;
  for (const auto& [id, known] : attempts_) {
    if (!known.done) left.insert(id);
  }
  return left;
}

void Ledger::check_end() const {
  if (!queue_.empty()) throw Violation{"I2: the queue has entries of attempts that are done"};
  if (!executing_.empty()) throw Violation{"I2: tasks of attempts that are done are executed"};
}

}  // namespace mogura::sim
