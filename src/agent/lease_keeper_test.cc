#include "agent/lease_keeper.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace mogura::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A store whose leases can be out of reach.
class StoreWithOutages : public store::MemoryStore {
 public:
  bool out_of_reach = false;
  store::Lease open_lease(const std::string& agent, milliseconds lifetime) override {
    check();
    return MemoryStore::open_lease(agent, lifetime);
  }
  std::optional<store::Renewal> renew_lease(const store::Lease& lease) override {
    check();
    return MemoryStore::renew_lease(lease);
  }

 private:
  void check() const {
    if (out_of_reach) throw Error("database", "out of reach");
  }
};

class LeaseKeeperTest : public testing::Test {
 protected:
  enum class Life { busy, idle };
  // Beats when it is due, for so long; whether the lease was lost.
  bool live(Duration time, Life life = Life::busy) {
    const Duration end = clock_.steady() + time;
    while (true) {
      if (life == Life::busy) keeper_.use();
      const std::optional<Duration> next = keeper_.next_beat();
      if (!next || *next > end) break;
      clock_.advance(std::max(Duration::zero(), *next - clock_.steady()));
      if (keeper_.beat().lost) return true;
    }
    clock_.advance(end - clock_.steady());
    return false;
  }

  StoreWithOutages store_;
  FakeClock clock_{Instant{}};
  LeaseKeeper keeper_{store_, clock_, {"agent", seconds(3), seconds(10)}};
};

TEST_F(LeaseKeeperTest, OpensALeaseAndRenewsIt) {
  EXPECT_FALSE(live(seconds(10)));
  ASSERT_TRUE(keeper_.lease());
  EXPECT_EQ(store_.leases().at(0).renewals, 3);
}

TEST_F(LeaseKeeperTest, HasNoLeaseWithoutUse) {
  live(seconds(60), Life::idle);
  EXPECT_FALSE(keeper_.lease());
  EXPECT_FALSE(keeper_.next_beat());
}

TEST_F(LeaseKeeperTest, ClosesALeaseThatIsNotUsedAnyMore) {
  live(seconds(4));
  EXPECT_FALSE(live(seconds(6), Life::idle));
  EXPECT_FALSE(keeper_.lease());
  EXPECT_TRUE(store_.leases().empty());
  EXPECT_FALSE(live(seconds(10), Life::busy));
  EXPECT_TRUE(keeper_.lease());
}

TEST_F(LeaseKeeperTest, RenewsAtOnceWhenTheStoreHasNews) {
  live(seconds(1));
  keeper_.hurry();
  EXPECT_EQ(keeper_.next_beat(), clock_.steady());
  keeper_.use();
  EXPECT_TRUE(keeper_.beat().renewal);
}

TEST_F(LeaseKeeperTest, SurvivesAShortOutage) {
  live(seconds(1));
  store_.out_of_reach = true;
  EXPECT_FALSE(live(seconds(5)));
  store_.out_of_reach = false;
  EXPECT_FALSE(live(seconds(60)));
  EXPECT_EQ(store_.leases().size(), 1u);
}

TEST_F(LeaseKeeperTest, GivesUpBeforeTheLeaseRunsOut) {
  live(seconds(1));
  store_.out_of_reach = true;
  EXPECT_TRUE(live(seconds(10)));
  EXPECT_EQ(clock_.steady(), milliseconds(7'500));
  EXPECT_FALSE(keeper_.lease());
}

TEST_F(LeaseKeeperTest, StopsWhenOthersHaveEndedTheLease) {
  live(seconds(1));
  store_.close_lease(*keeper_.lease());
  EXPECT_TRUE(live(seconds(3)));
  EXPECT_FALSE(keeper_.lease());
}

TEST_F(LeaseKeeperTest, OpensAnotherLeaseAfterALoss) {
  live(seconds(1));
  const store::LeaseId lost = keeper_.lease()->id;
  store_.close_lease(*keeper_.lease());
  EXPECT_TRUE(live(seconds(3)));
  EXPECT_FALSE(live(seconds(1)));
  ASSERT_TRUE(keeper_.lease());
  EXPECT_NE(keeper_.lease()->id, lost);
}

TEST_F(LeaseKeeperTest, GivesItsClaimsBackWhenItCloses) {
  live(seconds(1));
  keeper_.close();
  EXPECT_TRUE(store_.leases().empty());
  EXPECT_NO_THROW(keeper_.close());
}

}  // namespace
}  // namespace mogura::agent
