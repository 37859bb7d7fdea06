// The store as one process reaches it: statements fail, answers get lost, the process dies in
// between, the line is cut, others come first. What really happened is told to the ledger.
#pragma once

#include <functional>
#include <string>

#include "sim/world.h"

namespace mogura::sim {

/// Thrown where the process that uses the store dies.
struct Crash {};

class FaultStore : public store::Store {
 public:
  /// `others` is called before each operation: what other processes do meanwhile.
  FaultStore(World& world, std::string node, std::function<void()> others)
      : world_(world), node_(std::move(node)), others_(std::move(others)) {}

  std::optional<store::AttemptState> find_attempt(
      ProjectId project, const std::string& workflow, Instant session_time,
      const std::optional<std::string>& retry_attempt_name) override;
  store::AttemptIds reserve_ids(ProjectId project, const std::string& workflow,
                                Instant session_time) override;
  std::optional<store::AttemptState> insert_attempts(
      std::span<const store::NewAttempt> attempts) override;
  std::int64_t count_running(SiteId site) override;
  std::optional<store::AttemptState> find_attempt(AttemptId attempt) override;
  std::optional<store::Loaded> load(AttemptId attempt) override;
  std::vector<store::CommitResult> commit(std::span<const store::Commit> commits) override;
  std::vector<AttemptId> attempts_due(Instant now, std::size_t max) override;
  std::optional<Instant> next_wake() override;
  store::Lease open_lease(const std::string& agent, std::chrono::milliseconds lifetime) override;
  std::optional<store::Renewal> renew_lease(const store::Lease& lease) override;
  void close_lease(const store::Lease& lease) override;
  std::vector<store::LeaseState> leases() override;
  std::size_t expire_lease(const store::LeaseState& seen) override;
  std::vector<store::Claim> claim(const store::Lease& lease, std::size_t max) override;
  std::vector<store::Claim> claims_of(const store::Lease& lease) override;
  std::unique_ptr<store::Notices::Subscription> watch(store::Listener listener) override;

 private:
  template <class Operation>
  auto perform(Operation operation);

  World& world_;
  const std::string node_;
  const std::function<void()> others_;
  Duration cut_off_until_{};
};

}  // namespace mogura::sim
