// A whole cluster from one seed: executors, agents, a store and a network, with everything that
// goes wrong between them (docs/simulator.md).
//
//   Scenario scenario{.seed = 42};
//   if (run_cluster(scenario).problem) print(describe(shrink(scenario)));
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mogura::sim {

struct Scenario {
  std::uint64_t seed = 0;
  // What the seed would have and is left out, to find what matters.
  std::set<std::size_t> spared_attempts;
  std::set<std::size_t> spared_faults;
};

struct ClusterRun {
  std::optional<std::string> problem;  // the invariant that does not hold; absent: nothing is wrong
  std::vector<std::string> history;    // where it was to be kept
  std::size_t attempts = 0;            // of the seed
  std::vector<std::size_t> faults;     // those that struck
};

/// The same scenario always runs the same.
ClusterRun run_cluster(const Scenario& scenario, bool keep_history = false);
/// A scenario that has a problem, with as few attempts and faults as can be found.
Scenario shrink(Scenario scenario);
/// What happens in a scenario, and what is wrong, for a person to read.
std::string describe(const Scenario& scenario);

}  // namespace mogura::sim
