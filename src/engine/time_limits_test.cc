// What happens when an attempt or a task takes too long (execution.md §13).
#include <gtest/gtest.h>

#include "engine/test_attempt.h"

namespace mogura::engine {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class TimeLimitsTest : public testing::Test {
 protected:
  // What the `^timeout` task says; empty: there is none.
  static std::string notice(const Attempt& attempt) {
    for (const Task& task : attempt.tasks) {
      if (task.name() == "^timeout") return task.config.as_object().find("_command")->as_text();
    }
    return "";
  }
};

TEST_F(TimeLimitsTest, AnAttemptIsCanceledAndSomebodyIsToldWhenItsTimeIsOver) {
  TestAttempt w("+a: {sh>: a}\n+b: {sh>: b}");
  w.attempt.time_limits.attempt_ends = Instant(minutes(10));
  EXPECT_EQ(w.attempt.next_timer(), Instant(minutes(10)));
  w.pass(minutes(10) - seconds(1));
  EXPECT_FALSE(w.attempt.cancel_requested);
  const Changes changes = w.pass(seconds(1));
  EXPECT_TRUE(w.attempt.cancel_requested);
  EXPECT_EQ(changes.to_cancel, std::vector{w.task("+a")});
  EXPECT_EQ(notice(w.attempt), "Workflow execution timeout");
  EXPECT_EQ(w.attempt.next_timer(), std::nullopt);

  w.fail("+a");
  EXPECT_EQ(w.running(), "^timeout") << "it is no part of what is canceled";
  w.succeed("^timeout");
  EXPECT_EQ(w.state(""), TaskState::canceled);
  EXPECT_TRUE(w.attempt.done());
}

TEST_F(TimeLimitsTest, ATaskThatTakesTooLongEndsItsAttempt) {
  TestAttempt w("_parallel: true\n+a: {sh>: a}\n+b: {sh>: b}\n+c: {sh>: c}");
  w.attempt.time_limits.task_ttl = minutes(10);
  w.pass(minutes(1));
  w.succeed("+b");
  EXPECT_EQ(w.attempt.next_timer(), Instant(minutes(10)));
  w.pass(minutes(9));
  EXPECT_EQ(notice(w.attempt), "Task execution timeout: 2,4");
  EXPECT_TRUE(w.attempt.cancel_requested);
}

TEST_F(TimeLimitsTest, ATasksTimeCountsFromItsFirstStartThroughPollsAndRetries) {
  TestAttempt w("+a: {sh>: a}");
  w.attempt.time_limits.task_ttl = minutes(10);
  w.pass(minutes(4));
  w.retry("+a", minutes(4));
  w.pass(minutes(4));
  EXPECT_EQ(w.running(), "+a");
  EXPECT_EQ(w.attempt.next_timer(), Instant(minutes(10)));
  w.pass(minutes(2));
  EXPECT_TRUE(w.attempt.cancel_requested);
}

TEST_F(TimeLimitsTest, ATaskThatWaitsForItsSubtasksHasTimeWithoutEnd) {
  TestAttempt w("+a: {call>: x}");
  w.attempt.time_limits.task_ttl = minutes(10);
  w.pass(minutes(1));
  w.succeed("+a", {.subtask_config = {{"+s", Object{{"sh>", "s"}}}}});
  EXPECT_EQ(w.attempt.next_timer(), Instant(minutes(11)));
  w.pass(minutes(9));
  EXPECT_FALSE(w.attempt.cancel_requested);
  w.pass(minutes(1));
  EXPECT_EQ(notice(w.attempt), "Task execution timeout: 4");
}

TEST_F(TimeLimitsTest, TheTimeOfATaskIsKnownAfterLoading) {
  TestAttempt w("+a: {sh>: a}");
  w.attempt.time_limits.task_ttl = minutes(10);
  rebuild_links(w.attempt);
  EXPECT_EQ(w.attempt.next_timer(), Instant(minutes(10)));
}

TEST_F(TimeLimitsTest, WhatHadToWaitForItsTurnHasItsWholeTime) {
  TestAttempt w("+a: {sh>: a}");
  w.attempt.time_limits.task_ttl = minutes(10);
  count_from(w.attempt, w.task("+a"), Instant(minutes(5)));
  EXPECT_EQ(w.attempt.next_timer(), Instant(minutes(15)));
}

TEST_F(TimeLimitsTest, AnAttemptThatIsKilledAlreadyHasNoLimits) {
  TestAttempt w("+a: {sh>: a}");
  w.attempt.time_limits = {Instant(minutes(1)), minutes(1)};
  w.happen(Kill{});
  w.pass(minutes(2));
  EXPECT_EQ(notice(w.attempt), "");
}

}  // namespace
}  // namespace mogura::engine
