// What every store does with the queue and the leases of agents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/attempt_maker.h"
#include "store/testing/backends.h"
#include "value/json.h"

namespace mogura::store::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class QueueTest : public ::testing::TestWithParam<StoreMaker> {
 protected:
  Ownership owner(const Claim& claim, const Lease& lease) {
    return {claim.entry, lease.id, lease.epoch};
  }
  CommitResult complete(const Claim& claim, const Lease& lease) {
    Working working(store_, claim.attempt);
    working.next().completed.push_back(owner(claim, lease));
    return working.commit();
  }

  std::unique_ptr<Backend> backend_ = GetParam().make();
  Store& store_ = backend_->store();
};
INSTANTIATE_TEST_SUITE_P(Stores, QueueTest, ::testing::ValuesIn(store_makers()), name_of<Backend>);

TEST_P(QueueTest, HandsOutEntriesInTheirOrder) {
  const AttemptId id = insert(store_).id;
  Working working(store_, id);
  const Object payload{{"config", Object{{"sh>", "echo 'x'"}}}, {"zero", std::string("\0", 1)}};
  working.next().enqueue = {{2, 1, payload}, {1, 1, "second"}, {1, 3, 3}};
  EXPECT_EQ(working.commit(), CommitResult::committed);
  EXPECT_THAT(store_.load(id)->queued, ElementsAre(1u, 2u));

  const Lease lease = store_.open_lease("agent", seconds(10));
  const std::vector<Claim> claims = store_.claim(lease, 2);
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_EQ(claims[0].attempt, id);
  EXPECT_EQ(claims[0].task, 2u);
  EXPECT_EQ(claims[0].run, 1);
  EXPECT_EQ(claims[0].payload, Value(payload));
  EXPECT_FALSE(claims[0].canceled);
  EXPECT_EQ(claims[1].payload, Value("second"));
  EXPECT_THAT(store_.claim(lease, 5), SizeIs(1));
  EXPECT_THAT(store_.claim(lease, 5), IsEmpty());
  EXPECT_THAT(store_.claims_of(lease), SizeIs(3));
}

TEST_P(QueueTest, HasOneEntryForARun) {
  const AttemptId id = insert(store_).id;
  enqueue(store_, id, 1, "first");
  enqueue(store_, id, 1, "again");
  const Lease lease = store_.open_lease("agent", seconds(10));
  const std::vector<Claim> claims = store_.claim(lease, 5);
  ASSERT_THAT(claims, SizeIs(1));
  EXPECT_EQ(claims[0].payload, Value("first"));
}

TEST_P(QueueTest, GivesNothingToALeaseThatHasEnded) {
  const AttemptId id = insert(store_).id;
  enqueue(store_, id, 1);
  const Lease lease = store_.open_lease("agent", seconds(10));
  store_.close_lease(lease);
  EXPECT_THAT(store_.claim(lease, 5), IsEmpty());
  EXPECT_THAT(store_.claims_of(lease), IsEmpty());
  EXPECT_FALSE(store_.renew_lease(lease));
  EXPECT_THAT(store_.claim({lease.id, {lease.epoch.value + 1}}, 5), IsEmpty());
  store_.close_lease(lease);
}

TEST_P(QueueTest, ReturnsTheClaimsOfALeaseThatIsClosed) {
  const AttemptId id = insert(store_).id;
  enqueue(store_, id, 1);
  const Lease one = store_.open_lease("one", seconds(10));
  const Lease two = store_.open_lease("two", seconds(10));
  ASSERT_THAT(store_.claim(one, 5), SizeIs(1));
  EXPECT_THAT(store_.claim(two, 5), IsEmpty());
  store_.close_lease(one);
  EXPECT_THAT(store_.claim(two, 5), SizeIs(1));
}

TEST_P(QueueTest, EndsALeaseThatWasNotRenewed) {
  const AttemptId id = insert(store_).id;
  enqueue(store_, id, 1);
  const Lease one = store_.open_lease("one", seconds(10));
  ASSERT_THAT(store_.claim(one, 5), SizeIs(1));
  const LeaseState seen = store_.leases().front();
  EXPECT_EQ(seen.id, one.id);
  EXPECT_EQ(seen.lifetime, seconds(10));
  const auto renewal = store_.renew_lease(one);
  ASSERT_TRUE(renewal);
  EXPECT_EQ(renewal->claims, 1u);
  EXPECT_EQ(store_.expire_lease(seen), 0u);
  EXPECT_TRUE(store_.renew_lease(one));
  EXPECT_EQ(store_.expire_lease(store_.leases().front()), 1u);
  EXPECT_FALSE(store_.renew_lease(one));
  EXPECT_THAT(store_.leases(), IsEmpty());
}

TEST_P(QueueTest, TakesResultsFromOwnersOnly) {
  const AttemptId id = insert(store_).id;
  enqueue(store_, id, 1);
  const Lease one = store_.open_lease("one", seconds(10));
  const Claim claim = store_.claim(one, 5).at(0);
  const Lease two = store_.open_lease("two", seconds(10));
  EXPECT_EQ(complete(claim, two), CommitResult::claim_lost);
  store_.close_lease(one);
  EXPECT_EQ(complete(claim, one), CommitResult::claim_lost);
  EXPECT_EQ(store_.claim(two, 5).at(0).entry, claim.entry);
  EXPECT_EQ(complete(claim, one), CommitResult::claim_lost);
  EXPECT_EQ(complete(claim, two), CommitResult::committed);
  EXPECT_EQ(complete(claim, two), CommitResult::claim_lost);
  EXPECT_THAT(store_.load(id)->queued, IsEmpty());
  EXPECT_EQ(store_.renew_lease(two)->claims, 0u);
}

TEST_P(QueueTest, WritesNothingOfAnAttemptThatLostAClaim) {
  const AttemptId id = insert(store_).id;
  const AttemptId other = insert(store_, {.workflow = "other"}).id;
  enqueue(store_, id, 1);
  enqueue(store_, id, 2);
  enqueue(store_, other, 1);
  const Lease lease = store_.open_lease("one", seconds(10));
  const std::vector<Claim> claims = store_.claim(lease, 5);
  ASSERT_THAT(claims, SizeIs(3));
  ASSERT_EQ(complete(claims[0], lease), CommitResult::committed);

  const Version before = store_.load(id)->version;
  Working loser(store_, id);
  loser.succeed(1);
  loser.next().completed = {owner(claims[0], lease), owner(claims[1], lease)};
  loser.next().enqueue = {{2, 7, "more"}};
  Working winner(store_, other);
  winner.succeed(1);
  winner.next().completed = {owner(claims[2], lease)};
  const Commit both[] = {loser.finished(), winner.finished()};
  EXPECT_THAT(store_.commit(both), ElementsAre(CommitResult::claim_lost, CommitResult::committed));
  EXPECT_EQ(store_.load(id)->version, before);
  EXPECT_EQ(store_.load(id)->attempt.tasks[1].state, engine::TaskState::running);
  EXPECT_THAT(store_.claims_of(lease), SizeIs(1));
  EXPECT_THAT(store_.claim(lease, 5), IsEmpty());
  EXPECT_EQ(store_.load(other)->attempt.tasks[1].state, engine::TaskState::success);
}

TEST_P(QueueTest, TellsAgentsWhichRunsAreToEnd) {
  const AttemptId id = insert(store_).id;
  enqueue(store_, id, 1);
  enqueue(store_, id, 2);
  const Lease lease = store_.open_lease("one", seconds(10));
  const Claim claim = store_.claim(lease, 1).at(0);
  Working working(store_, id);
  working.next().cancel = {{1, 1}, {2, 1}, {2, 9}};
  EXPECT_EQ(working.commit(), CommitResult::committed);
  EXPECT_THAT(store_.renew_lease(lease)->canceled, ElementsAre(claim.entry));
  EXPECT_TRUE(store_.claim(lease, 1).at(0).canceled);
}

TEST_P(QueueTest, CancelsARunThatTheSameCommitQueues) {
  const AttemptId id = insert(store_).id;
  Working working(store_, id);
  working.next().enqueue = {{1, 1, "canceled"}, {2, 1, "not"}};
  working.next().cancel = {{1, 1}};
  EXPECT_EQ(working.commit(), CommitResult::committed);
  const std::vector<Claim> claims = store_.claim(store_.open_lease("one", seconds(10)), 5);
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_TRUE(claims[0].canceled);
  EXPECT_FALSE(claims[1].canceled);
}

TEST_P(QueueTest, RefusesAnOldVersionWithNewTasks) {
  const AttemptId id = insert(store_, {.tasks = "+a: {sh>: a}"}).id;
  Working mine(store_, id);
  Working theirs(store_, id);
  for (Working* one : {&theirs, &mine}) {
    one->succeed(1, {.subtask_config = {{"+s", Object{{"sh>", "s"}}}, {"+t", Object{}}}});
  }
  EXPECT_EQ(theirs.commit(), CommitResult::committed);
  EXPECT_EQ(mine.commit(), CommitResult::version_conflict);
  EXPECT_EQ(store_.load(id)->attempt.tasks.size(), theirs.attempt().tasks.size());
}

TEST_P(QueueTest, TellsWhoWatches) {
  std::vector<Notice> notices;
  auto subscription = store_.watch([&](const Notice& notice) { notices.push_back(notice); });
  const AttemptId id = insert(store_, {.wake_at = at_second(7)}).id;
  EXPECT_THAT(notices, ElementsAre(Notice{.wake_at = at_second(7)}));
  notices.clear();

  Working first(store_, id);
  Working refused(store_, id);
  first.next().enqueue = {{1, 1, "payload"}};
  first.next().wake_at = at_second(8);
  first.commit();
  EXPECT_THAT(notices, ElementsAre(Notice{.queued = true, .wake_at = at_second(8)}));
  notices.clear();
  refused.next().enqueue = {{2, 1, "payload"}};
  refused.commit();
  EXPECT_THAT(notices, IsEmpty());

  const Lease lease = store_.open_lease("one", seconds(10));
  EXPECT_THAT(notices, ElementsAre(Notice{.leases = true}));
  notices.clear();
  store_.close_lease(lease);
  EXPECT_THAT(notices, IsEmpty());
  const Lease another = store_.open_lease("two", seconds(10));
  notices.clear();
  store_.claim(another, 1);
  Working second(store_, id);
  second.next().cancel = {{1, 1}};
  second.commit();
  EXPECT_THAT(notices, ElementsAre(Notice{.canceled = true}));
  notices.clear();
  store_.expire_lease(store_.leases().front());
  EXPECT_THAT(notices, ElementsAre(Notice{.queued = true}));
  notices.clear();

  subscription.reset();
  enqueue(store_, id, 2);
  EXPECT_THAT(notices, IsEmpty());
}

}  // namespace
}  // namespace mogura::store::testing
