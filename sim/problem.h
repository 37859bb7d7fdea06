// What a simulation found wrong, and what led to it.
#pragma once

#include <string>
#include <vector>

namespace mogura::sim {

struct Problem {
  std::string text;                  // the invariant that does not hold
  std::vector<std::string> history;  // the events up to there
};

/// Thrown where an invariant does not hold; ends the simulation. No Error, so that nothing that is
/// simulated handles it.
struct Violation {
  std::string text;
};

}  // namespace mogura::sim
