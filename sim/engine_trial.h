// One life of an attempt under random events, and the smallest one that shows the same problem.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/problem.h"
#include "value/value.h"

namespace mogura::sim {

/// A workflow, and a number for each decision that its life needs: which task ends next and how,
/// whether the attempt is killed, how time passes. Missing numbers are 0: the first task succeeds.
struct Trial {
  Object workflow;
  std::vector<std::uint32_t> decisions;
};

Trial random_trial(std::uint64_t seed);
/// Lives through the trial; absent: nothing is wrong.
std::optional<Problem> run_trial(const Trial& trial);
/// A trial that has a problem, as small as it can be made.
Trial shrink(Trial trial);
/// The trial as a person reads it: the workflow, the events, what is wrong.
std::string describe(const Trial& trial, const Problem& problem);

}  // namespace mogura::sim
