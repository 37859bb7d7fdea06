#include "sim/fault_store.h"

namespace mogura::sim {
namespace {

using std::chrono::seconds;

Error out_of_reach() {
  return Error("database", "the store does not answer");
}

}  // namespace

template <class Operation>
auto FaultStore::perform(Operation operation) {
  Faults& faults = world_.faults;
  others_();
  if (faults.strike(Fault::crash, node_)) throw Crash{};
  if (faults.strike(Fault::cut_off, node_)) {
    cut_off_until_ = world_.timeline.now() + world_.between(seconds(1), seconds(40));
  }
  if (!faults.over() && world_.timeline.now() < cut_off_until_) throw out_of_reach();
  if (faults.strike(Fault::store_fails, node_)) throw out_of_reach();
  auto result = operation();
  if (faults.strike(Fault::crash, node_)) throw Crash{};
  if (faults.strike(Fault::answer_lost, node_)) throw out_of_reach();
  return result;
}

std::optional<store::AttemptState> FaultStore::find_attempt(
    ProjectId project, const std::string& workflow, Instant session_time,
    const std::optional<std::string>& retry_attempt_name) {
  return perform([&] {
    return world_.store.find_attempt(project, workflow, session_time, retry_attempt_name);
  });
}

store::AttemptIds FaultStore::reserve_ids(ProjectId project, const std::string& workflow,
                                          Instant session_time) {
  return perform([&] { return world_.store.reserve_ids(project, workflow, session_time); });
}

std::optional<store::AttemptState> FaultStore::insert_attempts(
    std::span<const store::NewAttempt> attempts) {
  return perform([&] {
    const auto existing = world_.store.insert_attempts(attempts);
    if (existing) return existing;
    for (const store::NewAttempt& attempt : attempts) world_.ledger.inserted(attempt);
    return existing;
  });
}

std::int64_t FaultStore::count_running(SiteId site) {
  return perform([&] { return world_.store.count_running(site); });
}

std::optional<store::AttemptState> FaultStore::find_attempt(AttemptId attempt) {
  return perform([&] { return world_.store.find_attempt(attempt); });
}

std::optional<store::Loaded> FaultStore::load(AttemptId attempt) {
  return perform([&] { return world_.store.load(attempt); });
}

std::vector<store::CommitResult> FaultStore::commit(std::span<const store::Commit> commits) {
  return perform([&] {
    const auto results = world_.store.commit(commits);
    for (std::size_t i = 0; i < commits.size(); ++i) {
      world_.history.add("{} commits attempt {} from version {}: {}", node_,
                         commits[i].attempt.value, commits[i].version.value,
                         commit_result_name(results[i]));
      world_.ledger.committed(commits[i], results[i]);
    }
    return results;
  });
}

std::vector<AttemptId> FaultStore::attempts_due(Instant now, std::size_t max) {
  return perform([&] { return world_.store.attempts_due(now, max); });
}

std::optional<Instant> FaultStore::next_wake() {
  return perform([&] { return world_.store.next_wake(); });
}

store::Lease FaultStore::open_lease(const std::string& agent, std::chrono::milliseconds lifetime) {
  return perform([&] {
    const store::Lease lease = world_.store.open_lease(agent, lifetime);
    world_.ledger.lease_opened(lease.id);
    return lease;
  });
}

std::optional<store::Renewal> FaultStore::renew_lease(const store::Lease& lease) {
  return perform([&] { return world_.store.renew_lease(lease); });
}

void FaultStore::close_lease(const store::Lease& lease) {
  perform([&] {
    world_.store.close_lease(lease);
    world_.ledger.lease_ended(lease.id);
    return true;
  });
}

std::vector<store::LeaseState> FaultStore::leases() {
  return perform([&] { return world_.store.leases(); });
}

std::size_t FaultStore::expire_lease(const store::LeaseState& seen) {
  return perform([&] {
    const std::size_t returned = world_.store.expire_lease(seen);
    const auto left = world_.store.leases();
    const bool ended = std::ranges::none_of(
        left, [&](const store::LeaseState& lease) { return lease.id == seen.id; });
    if (ended) {
      world_.history.add("{} ends lease {}", node_, seen.id.value);
      world_.ledger.lease_ended(seen.id);
    }
    return returned;
  });
}

std::vector<store::Claim> FaultStore::claim(const store::Lease& lease, std::size_t max) {
  return perform([&] {
    const auto claims = world_.store.claim(lease, max);
    for (const store::Claim& claim : claims) {
      world_.history.add("{} claims attempt {} task {} run {}{} under lease {}", node_,
                         claim.attempt.value, claim.task, claim.run,
                         claim.canceled ? " (canceled)" : "", lease.id.value);
      world_.ledger.claimed(lease, claim);
    }
    return claims;
  });
}

std::vector<store::Claim> FaultStore::claims_of(const store::Lease& lease) {
  return perform([&] { return world_.store.claims_of(lease); });
}

std::unique_ptr<store::Notices::Subscription> FaultStore::watch(store::Listener listener) {
  return world_.store.watch(std::move(listener));
}

}  // namespace mogura::sim
