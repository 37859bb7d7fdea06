#include "sim/ledger.h"

#include <gtest/gtest.h>

#include "executor/attempt_start.h"
#include "store/memory_store.h"

namespace mogura::sim {
namespace {

// An attempt with the task `+w+a` running and queued for its first run.
class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    executor::StartRequest request;
    request.workflow.definition = {"w", "UTC", Object{{"+a", Object{{"sh>", "x"}}}}};
    executor::Prepared prepared = executor::prepare_attempt(
        request, store_.reserve_ids({1}, "w", {}), {.default_params = {}}, NodeClock::kStart);
    id_ = prepared.attempt.info.id;
    prepared.attempt.wake_at = NodeClock::kStart;
    store_.insert_attempt(prepared.attempt);
    ledger_.inserted(prepared.attempt);
    attempt_ = std::move(prepared.attempt.attempt);
    lease_ = open_lease();
    commit({.attempt = id_, .after = &attempt_, .enqueue = {{1, 1, payload()}}});
  }

  static Value payload() { return Object{{"config", Object{}}, {"cancelRequested", false}}; }
  store::Lease open_lease() {
    const store::Lease lease = store_.open_lease("agent", std::chrono::seconds(10));
    ledger_.lease_opened(lease.id);
    return lease;
  }
  store::Claim claim() {
    const store::Claim claim = store_.claim(lease_, 1).at(0);
    ledger_.claimed(lease_, claim);
    return claim;
  }
  void commit(const store::Commit& commit) {
    store_.commit({&commit, 1});
    ledger_.committed(commit, store::CommitResult::committed);
  }
  // What the ledger says of `action`.
  template <class Action>
  static std::string problem(Action action) {
    try {
      action();
    } catch (const Violation& violation) {
      return violation.text.substr(0, 3);
    }
    return "none";
  }

  store::MemoryStore store_;
  Timeline timeline_;
  Ledger ledger_{store_, timeline_};
  AttemptId id_;
  engine::Attempt attempt_;
  store::Lease lease_;
};

TEST_F(LedgerTest, AcceptsAnOrdinaryLife) {
  const store::Claim claimed = claim();
  ledger_.execution_begins("agent", lease_, claimed);
  ledger_.execution_ends(claimed);
  const auto changes = engine::apply(attempt_, engine::TaskSucceeded{1, 1, {}}, NodeClock::kStart);
  commit({.attempt = id_,
          .version = {1},
          .after = &attempt_,
          .changed = changes.changed,
          .completed = {{claimed.entry, lease_.id, lease_.epoch}}});
  EXPECT_TRUE(ledger_.unfinished().empty());
  EXPECT_EQ(problem([&] { ledger_.check_end(); }), "none");
}

TEST_F(LedgerTest, SeesAnEntryThatTwoAgentsClaim) {
  const store::Claim claimed = claim();
  const store::Lease other = open_lease();
  EXPECT_EQ(problem([&] { ledger_.claimed(other, claimed); }), "Q3:");
  ledger_.lease_ended(lease_.id);
  EXPECT_EQ(problem([&] { ledger_.claimed(other, claimed); }), "none");
}

TEST_F(LedgerTest, SeesAnExecutionAgainUnderOneLease) {
  const store::Claim claimed = claim();
  ledger_.execution_begins("agent", lease_, claimed);
  ledger_.execution_ends(claimed);
  EXPECT_EQ(problem([&] { ledger_.execution_begins("agent", lease_, claimed); }), "Q4:");
  const store::Lease other = open_lease();
  EXPECT_EQ(problem([&] { ledger_.execution_begins("agent", other, claimed); }), "none");
}

TEST_F(LedgerTest, SeesASettledResultThatDoesNotCount) {
  const store::Claim claimed = claim();
  const store::Ownership owned{claimed.entry, lease_.id, lease_.epoch};
  EXPECT_EQ(problem([&] { ledger_.settled(owned); }), "Q4:");
  ledger_.lease_ended(lease_.id);
  EXPECT_EQ(problem([&] { ledger_.settled(owned); }), "none");
}

TEST_F(LedgerTest, SeesAChangedRowThatACommitForgets) {
  engine::apply(attempt_, engine::Kill{}, NodeClock::kStart);
  EXPECT_EQ(problem([&] { commit({.attempt = id_, .version = {1}, .after = &attempt_}); }), "I4:");
}

TEST_F(LedgerTest, SeesAnAttemptThatStandsStill) {
  EXPECT_EQ(problem([&] { ledger_.check_progress(std::chrono::seconds(0)); }), "none");
  EXPECT_EQ(problem([&] { ledger_.check_progress(std::chrono::seconds(1)); }), "L1:");
}

TEST_F(LedgerTest, SeesTwoExecutionsAtATime) {
  const store::Claim claimed = claim();
  const store::Lease other = open_lease();
  ledger_.execution_begins("agent", lease_, claimed);
  EXPECT_EQ(problem([&] { ledger_.execution_begins("another", other, claimed); }), "Q3:");
}

TEST_F(LedgerTest, SeesAResultOfALeaseThatHasEnded) {
  const store::Claim claimed = claim();
  ledger_.lease_ended(lease_.id);
  EXPECT_EQ(problem([&] {
              commit({.attempt = id_,
                      .version = {1},
                      .after = &attempt_,
                      .completed = {{claimed.entry, lease_.id, lease_.epoch}}});
            }),
            "Q4:");
}

TEST_F(LedgerTest, SeesARunThatIsQueuedTwice) {
  EXPECT_EQ(
      problem([&] {
        commit(
            {.attempt = id_, .version = {1}, .after = &attempt_, .enqueue = {{1, 1, payload()}}});
      }),
      "Q6:");
}

TEST_F(LedgerTest, SeesAnEntryOfATaskThatDoesNotRun) {
  const auto changes = engine::apply(attempt_, engine::TaskSucceeded{1, 1, {}}, NodeClock::kStart);
  EXPECT_EQ(
      problem([&] {
        commit({.attempt = id_, .version = {1}, .after = &attempt_, .changed = changes.changed});
      }),
      "Q1:");
}

TEST_F(LedgerTest, SeesARunAfterAKill) {
  const store::Claim claimed = claim();
  const auto changes = engine::apply(attempt_, engine::Kill{}, NodeClock::kStart);
  commit({.attempt = id_, .version = {1}, .after = &attempt_, .changed = changes.changed});
  EXPECT_EQ(problem([&] { ledger_.execution_begins("agent", lease_, claimed); }), "T10");
}

TEST_F(LedgerTest, SeesATimerThatNobodyWaitsFor) {
  const store::Claim claimed = claim();
  const auto changes = engine::apply(attempt_, engine::TaskRetry{1, 1, std::chrono::seconds(5), {}},
                                     NodeClock::kStart);
  EXPECT_EQ(problem([&] {
              commit({.attempt = id_,
                      .version = {1},
                      .after = &attempt_,
                      .changed = changes.changed,
                      .completed = {{claimed.entry, lease_.id, lease_.epoch}}});
            }),
            "L2:");
}

}  // namespace
}  // namespace mogura::sim
