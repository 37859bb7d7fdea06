#include "sim/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mogura::sim {
namespace {

TEST(Cluster, HoldsItsInvariantsWhateverGoesWrong) {
  constexpr std::uint64_t kSeeds = 300;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Scenario scenario{.seed = seed, .spared_attempts = {}, .spared_faults = {}};
    if (!run_cluster(scenario).problem) continue;
    FAIL() << describe(shrink(std::move(scenario)));
  }
}

TEST(Cluster, RunsTheSameScenarioTheSame) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Scenario scenario{.seed = seed, .spared_attempts = {}, .spared_faults = {}};
    const ClusterRun first = run_cluster(scenario, true), second = run_cluster(scenario, true);
    EXPECT_EQ(first.history, second.history) << seed;
    EXPECT_EQ(first.faults, second.faults) << seed;
  }
}

TEST(Cluster, LeavesOutWhatIsToBeSpared) {
  Scenario scenario{.seed = 2, .spared_attempts = {}, .spared_faults = {}};
  const ClusterRun run = run_cluster(scenario);
  ASSERT_FALSE(run.faults.empty());
  scenario.spared_faults.insert(run.faults.front());
  const ClusterRun spared = run_cluster(scenario);
  EXPECT_EQ(std::ranges::count(spared.faults, run.faults.front()), 0);
  for (std::size_t attempt = 0; attempt < run.attempts; ++attempt) {
    scenario.spared_attempts.insert(attempt);
  }
  for (const std::string& line : run_cluster(scenario, true).history) {
    EXPECT_EQ(line.find("commits"), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace mogura::sim
