#include <gtest/gtest.h>

#include "engine/apply.h"
#include "sim/engine_trial.h"
#include "sim/invariants.h"

namespace mogura::sim {
namespace {

TEST(Engine, HoldsItsInvariantsUnderRandomEvents) {
  constexpr std::uint64_t kTrials = 5'000;
  for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
    const Trial trial = random_trial(seed);
    if (!run_trial(trial)) continue;
    const Trial smallest = shrink(trial);
    FAIL() << "seed " << seed << "\n" << describe(smallest, *run_trial(smallest));
  }
}

engine::Created sequence_of_two() {
  engine::AttemptSpec spec;
  spec.tree = workflow::compile("", "+w",
                                Object{{"+a", Object{{"sh>", "a"}}}, {"+b", Object{{"sh>", "b"}}}});
  return engine::create_attempt(std::move(spec), Instant{});
}

TEST(Invariants, SeeATaskThatStartsBeforeItsUpstream) {
  engine::Created created = sequence_of_two();
  InvariantChecker checker;
  EXPECT_EQ(checker.check(created.attempt, created.changes, Instant{}), std::nullopt);
  created.attempt.tasks[2].state = engine::TaskState::running;
  created.attempt.links[0].progressing_children = 2;
  const auto problem = checker.check(created.attempt, {}, Instant{});
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->substr(0, 3), "T2:");
}

TEST(Invariants, SeeADoneStateThatChanges) {
  engine::Created created = sequence_of_two();
  InvariantChecker checker;
  engine::Attempt& attempt = created.attempt;
  const engine::Changes done = engine::apply(attempt, engine::TaskSucceeded{1, 1, {}}, Instant{});
  EXPECT_EQ(checker.check(attempt, done, Instant{}), std::nullopt);
  attempt.tasks[1].state = engine::TaskState::blocked;
  const auto problem = checker.check(created.attempt, {}, Instant{});
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->substr(0, 3), "T1:");
}

}  // namespace
}  // namespace mogura::sim
