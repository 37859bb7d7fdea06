#include "executor/lease_watch.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace mogura::executor {
namespace {

using std::chrono::seconds;

class LeaseWatchTest : public testing::Test {
 protected:
  // Looks every second, up to but not at `end`.
  void watch(seconds begin, seconds end) {
    for (seconds now = begin; now < end; now += seconds(1)) watch_.look(now);
  }

  store::MemoryStore store_;
  LeaseWatch watch_{store_};
  store::Lease lease_ = store_.open_lease("agent", seconds(10));
};

TEST_F(LeaseWatchTest, EndsALeaseThatIsNotRenewed) {
  watch(seconds(0), seconds(10));
  EXPECT_EQ(store_.leases().size(), 1u);
  watch(seconds(10), seconds(13));
  EXPECT_TRUE(store_.leases().empty());
  EXPECT_FALSE(store_.renew_lease(lease_));
}

TEST_F(LeaseWatchTest, KeepsALeaseThatIsRenewed) {
  for (int round = 0; round < 5; ++round) {
    watch(seconds(9 * round), seconds(9 * round + 9));
    EXPECT_TRUE(store_.renew_lease(lease_)) << round;
  }
}

TEST_F(LeaseWatchTest, CountsFromWhenItSawTheLeaseFirst) {
  watch(seconds(1'000), seconds(1'010));
  EXPECT_EQ(store_.leases().size(), 1u);
}

TEST_F(LeaseWatchTest, LooksSeldomWhileThereAreNoLeases) {
  watch_.look(seconds(1));
  EXPECT_EQ(watch_.next_look(), Duration(seconds(3)));
  store_.close_lease(lease_);
  watch_.look(seconds(3));
  EXPECT_EQ(watch_.next_look(), Duration(seconds(33)));
}

TEST_F(LeaseWatchTest, LooksAtOnceWhenALeaseIsOpened) {
  store_.close_lease(lease_);
  watch_.look(seconds(0));
  store_.open_lease("another", seconds(10));
  EXPECT_LE(watch_.next_look(), Duration(seconds(1)));
  watch(seconds(1), seconds(13));
  EXPECT_TRUE(store_.leases().empty());
}

}  // namespace
}  // namespace mogura::executor
