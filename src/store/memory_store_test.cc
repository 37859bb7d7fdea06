#include "store/memory_store.h"

#include <gtest/gtest.h>

#include "engine/apply.h"

namespace mogura::store {
namespace {

using std::chrono::seconds;

class MemoryStoreTest : public testing::Test {
 protected:
  AttemptId insert(std::optional<std::string> name = std::nullopt, Instant session_time = {}) {
    const AttemptIds ids = store_.reserve_ids({1}, "w", session_time);
    engine::AttemptSpec spec;
    spec.tree = workflow::compile("", "+w", Object{{"+a", Object{{"sh>", "a"}}}});
    NewAttempt added;
    added.info.id = ids.attempt;
    added.info.session = ids.session;
    added.info.project = {1};
    added.info.workflow_name = "w";
    added.info.session_time = session_time;
    added.info.retry_attempt_name = std::move(name);
    added.attempt = engine::create_attempt(std::move(spec), Instant{}).attempt;
    existing_ = store_.insert_attempt(added);
    return ids.attempt;
  }
  CommitResult commit(const Loaded& loaded, std::vector<NewEntry> enqueue = {},
                      std::vector<Ownership> completed = {}) {
    Commit one;
    one.attempt = loaded.info.id;
    one.version = loaded.version;
    one.after = &loaded.attempt;
    one.changed = {0, 1};
    one.enqueue = std::move(enqueue);
    one.completed = std::move(completed);
    return store_.commit({&one, 1}).front();
  }

  MemoryStore store_;
  std::optional<AttemptState> existing_;
};

TEST_F(MemoryStoreTest, KeepsOneAttemptOfASessionAndName) {
  const AttemptId first = insert();
  EXPECT_FALSE(existing_);
  insert();
  ASSERT_TRUE(existing_);
  EXPECT_EQ(existing_->attempt, first);
  const AttemptId named = insert("again");
  EXPECT_FALSE(existing_);
  EXPECT_EQ(store_.find_attempt({1}, "w", Instant{}, std::nullopt)->attempt, named);
}

TEST_F(MemoryStoreTest, RefusesACommitFromAnOldVersion) {
  const AttemptId id = insert();
  const Loaded mine = *store_.load(id);
  const Loaded theirs = *store_.load(id);
  EXPECT_EQ(commit(theirs), CommitResult::committed);
  EXPECT_EQ(commit(mine), CommitResult::version_conflict);
}

TEST_F(MemoryStoreTest, HandsAnEntryToOneLeaseAtATime) {
  const AttemptId id = insert();
  commit(*store_.load(id), {{1, 1, "payload"}});
  EXPECT_EQ(store_.load(id)->queued, std::set<engine::TaskIndex>{1});
  const Lease one = store_.open_lease("one", seconds(10));
  const Lease two = store_.open_lease("two", seconds(10));
  const std::vector<Claim> claims = store_.claim(one, 5);
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_TRUE(store_.claim(two, 5).empty());
  EXPECT_EQ(store_.claims_of(one).size(), 1u);

  const LeaseState seen = store_.leases().front();
  EXPECT_TRUE(store_.renew_lease(one));
  EXPECT_EQ(store_.expire_lease(seen), 0u);  // it was renewed since
  EXPECT_EQ(store_.expire_lease(store_.leases().front()), 1u);
  EXPECT_FALSE(store_.renew_lease(one));
  const Ownership old{claims[0].entry, one.id, one.epoch};
  EXPECT_EQ(commit(*store_.load(id), {}, {old}), CommitResult::claim_lost);
  ASSERT_EQ(store_.claim(two, 5).size(), 1u);
  const Ownership owner{claims[0].entry, two.id, two.epoch};
  EXPECT_EQ(commit(*store_.load(id), {}, {owner}), CommitResult::committed);
  EXPECT_TRUE(store_.load(id)->queued.empty());
}

TEST_F(MemoryStoreTest, ReleasedAttemptsLeaveNoMoreThanTheirState) {
  const AttemptId id = insert();
  Loaded loaded = *store_.load(id);
  loaded.attempt.tasks[0].state = engine::TaskState::success;
  EXPECT_EQ(commit(loaded), CommitResult::committed);
  EXPECT_TRUE(store_.holds(id));
  store_.release(id);
  store_.release(id);
  EXPECT_FALSE(store_.holds(id));
  EXPECT_FALSE(store_.load(id));
  EXPECT_TRUE(store_.find_attempt(id)->success);
  EXPECT_EQ(store_.find_attempt({1}, "w", Instant{}, std::nullopt)->attempt, id);
  insert();
  ASSERT_TRUE(existing_);
  EXPECT_EQ(existing_->attempt, id);
}

TEST_F(MemoryStoreTest, OnlyTheNewestReleasedAttemptsAreKnown) {
  const AttemptId oldest = insert();
  const AttemptId again = insert("again");
  store_.release(oldest);
  store_.release(again);
  const auto of_first_session = [&] {
    return store_.find_attempt({1}, "w", Instant{}, std::nullopt);
  };
  for (std::size_t i = 2; i < MemoryStore::kMaxReleased; ++i) {
    store_.release(insert(std::nullopt, Instant{} + seconds(i)));
  }
  EXPECT_TRUE(store_.find_attempt(oldest));
  store_.release(insert(std::nullopt, Instant{} + seconds(MemoryStore::kMaxReleased)));
  EXPECT_FALSE(store_.find_attempt(oldest));
  EXPECT_EQ(of_first_session()->attempt, again);
  store_.release(insert(std::nullopt, Instant{} + seconds(MemoryStore::kMaxReleased + 1)));
  EXPECT_FALSE(of_first_session());
}

}  // namespace
}  // namespace mogura::store
