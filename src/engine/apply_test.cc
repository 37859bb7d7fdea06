#include "engine/apply.h"

#include <gtest/gtest.h>

#include "engine/test_attempt.h"

namespace mogura::engine {
namespace {

using std::chrono::seconds;

TEST(Sequence, RunsOneAfterTheOther) {
  TestAttempt w("{+a: {sh>: a}, +b: {+c: {sh>: c}, +d: {sh>: d}}, +e: {sh>: e}}");
  EXPECT_EQ(w.running(), "+a");
  w.succeed("+a");
  EXPECT_EQ(w.running(), "+b+c");
  w.succeed("+b+c");
  w.succeed("+b+d");
  EXPECT_EQ(w.running(), "+e");
  EXPECT_TRUE(w.succeed("+e").finished);
  EXPECT_TRUE(w.attempt.success());
}

TEST(Sequence, StopsBehindAFailure) {
  TestAttempt w("{+a: {sh>: a}, +b: {sh>: b}}");
  w.fail("+a");
  EXPECT_EQ(w.running(), "^failure-alert");
  EXPECT_EQ(w.state(""), TaskState::planned);
  EXPECT_TRUE(w.succeed("^failure-alert").finished);
  EXPECT_EQ(w.state(""), TaskState::group_error);
  EXPECT_EQ(w.state("+b"), TaskState::blocked);
  EXPECT_FALSE(w.attempt.success());
}

TEST(Sequence, OfEmptyGroupsNeitherRecursesNorBlocks) {
  std::string yaml = "{";
  for (int i = 0; i < 100'000; ++i) yaml += "+g" + std::to_string(i) + ": {},";
  TestAttempt w(yaml + "}", 200'000);
  EXPECT_TRUE(w.attempt.success());
}

TEST(Background, StartsWithItsPredecessorAndHoldsUpTheNext) {
  TestAttempt w("{+a: {sh>: a}, +b: {sh>: b, _background: true}, +c: {sh>: c}}");
  EXPECT_EQ(w.running(), "+a +b");
  w.succeed("+a");
  EXPECT_EQ(w.running(), "+b");
  w.succeed("+b");
  EXPECT_EQ(w.running(), "+c");
}

TEST(Parallel, OthersGoOnBesideAFailure) {
  TestAttempt w("{+g: {_parallel: true, +a: {sh>: a}, +b: {sh>: b}}, +n: {sh>: n}}");
  w.fail("+g+a");
  EXPECT_EQ(w.running(), "+g+b");
  w.succeed("+g+b");
  EXPECT_EQ(w.state("+g"), TaskState::group_error);
  EXPECT_EQ(w.running(), "^failure-alert");
}

TEST(Parallel, ALimitCutsChunks) {
  TestAttempt w("{_parallel: {limit: 2}, +a: {sh>: 1}, +b: {sh>: 1}, +c: {sh>: 1}, +d: {sh>: 1}}");
  EXPECT_EQ(w.running(), "+a +b");
  w.succeed("+b");
  EXPECT_EQ(w.running(), "+a");
  w.succeed("+a");
  EXPECT_EQ(w.running(), "+c +d");
}

TEST(Generated, SubtasksHoldTheirTaskOpen) {
  TestAttempt w("{+l: {loop>: 2, _check: {sh>: check}}, +n: {sh>: n}}");
  TaskResult result;
  result.subtask_config = {{"+x", Object{{"sh>", "x"}}}, {"+y", Object{{"sh>", "y"}}}};
  w.succeed("+l", result);
  EXPECT_EQ(w.state("+l"), TaskState::planned);
  EXPECT_EQ(w.running(), "+l^sub+x");
  w.succeed("+l^sub+x");
  w.succeed("+l^sub+y");
  EXPECT_EQ(w.running(), "+l^check");
  w.succeed("+l^check");
  EXPECT_EQ(w.running(), "+n");
}

TEST(Generated, OverTheTaskLimitFailsTheTask) {
  TestAttempt w("{+l: {loop>: 9}}", 4);
  TaskResult result;
  for (int i = 0; i < 3; ++i) {
    result.subtask_config.set("+x" + std::to_string(i), Object{{"sh>", "x"}});
  }
  w.succeed("+l", result);
  EXPECT_EQ(w.state("+l"), TaskState::error);
  EXPECT_EQ(w.attempt.tasks[w.task("+l")].output->error.find("message")->as_text(),
            "Too many tasks. Limit: 4, Current: 2, Adding: 4 (task limit exceeded)");
  EXPECT_EQ(w.notes.front(), "Failed to add subtasks because of task limit");
}

TEST(ErrorTask, RunsWithoutStoresThatCannotBeMerged) {
  TestAttempt w("{_error: {echo>: e}, +a: {sh>: a}, +b: {sh>: b}, +c: {sh>: c}}");
  TaskResult scalar, reset_inside;
  scalar.store_params = {{"o", 1}};
  reset_inside.reset_store_params = {"o.x"};
  w.succeed("+a", scalar);
  w.succeed("+b", reset_inside);
  w.fail("+c");
  EXPECT_EQ(w.running(), "^failure-alert ^error");
  EXPECT_EQ(w.notes, std::vector<std::string>{"Some stored parameters are left out: Parameter 'o' "
                                              "must be an object"});
}

TEST(TaskLimit, CountsTheRootTwice) {
  EXPECT_NO_THROW(TestAttempt("{+a: {sh>: a}, +b: {sh>: b}}", 4));
  EXPECT_THROW(TestAttempt("{+a: {sh>: a}, +b: {sh>: b}}", 3), Error);
}

TEST(ErrorTask, RunsAfterAFailureAndChangesNothing) {
  TestAttempt w("{+a: {sh>: a, _error: {echo>: e}}, +b: {sh>: b}}");
  w.fail("+a", "boom");
  EXPECT_EQ(w.running(), "+a^error");
  EXPECT_EQ(w.params("+a^error"), R"({"error":{"message":"boom"}})");
  w.succeed("+a^error");
  EXPECT_EQ(w.state("+a"), TaskState::error);
  EXPECT_EQ(w.running(), "^failure-alert");
}

TEST(ErrorTask, OfAGroupSeesStoresAndTheMergedErrors) {
  TestAttempt w(
      "{_parallel: true, _error: {echo>: e, _export: {v: 0}}, +a: {sh>: a}, +b: {sh>: b}}");
  TaskResult stores;
  stores.store_params = {{"v", 1}};
  w.succeed("+a", stores);
  w.fail("+b", "boom");
  EXPECT_EQ(w.running(), "^failure-alert ^error");
  EXPECT_EQ(w.params("^error"), R"({"v":1,"error":{"message":"boom"}})");
}

TEST(Retry, OfAGroupCopiesItsFirstRound) {
  TestAttempt w("{+g: {_retry: 2, +a: {sh>: a}, +b: {sh>: b}}, +n: {sh>: n}}");
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(w.running(), "+g+a") << round;
    w.succeed("+g+a");
    w.fail("+g+b");
    if (round < 2) {
      EXPECT_EQ(w.state("+g"), TaskState::group_retry_waiting);
      w.pass(seconds(0));
    }
  }
  EXPECT_EQ(w.state("+g"), TaskState::group_error);
  EXPECT_EQ(w.running(), "^failure-alert");
}

TEST(Retry, SucceedsWithTheRoundThatSucceeds) {
  TestAttempt w("{+g: {_retry: {limit: 1, interval: 10}, +a: {sh>: a}}, +n: {sh>: n}}");
  w.fail("+g+a");
  w.pass(seconds(9));
  EXPECT_EQ(w.running(), "");
  w.pass(seconds(1));
  w.succeed("+g+a");
  EXPECT_EQ(w.running(), "+n");
  w.succeed("+n");
  EXPECT_TRUE(w.attempt.success());
}

TEST(Retry, OfNestedGroupsDoesNotMultiply) {
  TestAttempt w("{+o: {_retry: 1, +i: {_retry: 1, +a: {sh>: a}}}}");
  int runs = 0;
  while (w.running() == "+o+i+a") {
    ++runs;
    w.fail("+o+i+a");
    w.pass(seconds(0));
  }
  EXPECT_EQ(runs, 3);
}

TEST(Retry, OfAnOperatorWhoseSubtasksFailedRunsItAgain) {
  TestAttempt w("{+c: {call>: x, _retry: 1}}");
  TaskResult result;
  result.subtask_config = {{"sh>", "x"}};
  w.succeed("+c", result);
  w.fail("+c^sub");
  w.pass(seconds(0));
  EXPECT_EQ(w.running(), "+c");
  w.succeed("+c", result);
  w.succeed("+c^sub");
  EXPECT_TRUE(w.attempt.success());
}

TEST(Poll, KeepsItsStateAndComesBackInTime) {
  TestAttempt w("{+w: {wait>: 10s}}");
  w.retry("+w", seconds(10), {{"k", 1}});
  EXPECT_EQ(w.state("+w"), TaskState::retry_waiting);
  EXPECT_EQ(w.attempt.next_timer(), Instant(seconds(10)));
  w.pass(seconds(10));
  EXPECT_EQ(w.running(), "+w");
  EXPECT_EQ(value::to_json(w.attempt.tasks[1].state_params), R"({"k":1})");
}

TEST(Results, ThatComeTwiceOrLateAreIgnored) {
  TestAttempt w("{+a: {sh>: a}, +b: {sh>: b}}");
  const TaskIndex a = w.task("+a");
  w.retry("+a", seconds(0));
  w.pass(seconds(0));
  EXPECT_FALSE(w.happen(TaskSucceeded{a, 1, {}}).applied);
  EXPECT_EQ(w.state("+a"), TaskState::running);
  EXPECT_TRUE(w.happen(TaskSucceeded{a, 2, {}}).applied);
  EXPECT_FALSE(w.happen(TaskFailed{a, 2, {}}).applied);
  EXPECT_EQ(w.state("+a"), TaskState::success);
}

TEST(Poll, WithAnEndlessIntervalWaitsForACentury) {
  TestAttempt w("{+w: {wait>: 10s}}");
  w.retry("+w", seconds::max());
  EXPECT_EQ(w.attempt.next_timer(), Instant(std::chrono::years(100)));
}

TEST(Poll, WithANegativeIntervalComesBackAtOnce) {
  TestAttempt w("{+w: {wait>: 10s}}");
  w.retry("+w", seconds::min());
  EXPECT_EQ(w.attempt.next_timer(), Instant{});
}

TEST(Kill, EndsWhatRunsAndStartsNothing) {
  TestAttempt w(
      "{_parallel: true, _error: {sh>: e}, +a: {sh>: a}, +s: {+b: {sh>: b}, +c: {sh>: c}}}");
  const Changes changes = w.happen(Kill{});
  EXPECT_EQ(changes.to_cancel.size(), 2u);
  w.succeed("+a");
  EXPECT_EQ(w.state("+a"), TaskState::canceled);
  w.fail("+s+b");
  EXPECT_EQ(w.running(), "");
  EXPECT_EQ(w.state(""), TaskState::canceled);
  EXPECT_FALSE(w.happen(Kill{}).applied);
}

TEST(Kill, WakesWhatWaitsForARetry) {
  TestAttempt w(
      "{_parallel: true, +p: {wait>: 1h}, +g: {_retry: {limit: 1, interval: 3600}, +a: {sh>: a}}}");
  w.retry("+p", seconds(3600));
  w.fail("+g+a");
  w.happen(Kill{});
  EXPECT_EQ(w.state("+g"), TaskState::canceled);
  EXPECT_EQ(w.running(), "+p");  // to be cleaned up
  w.fail("+p");
  EXPECT_EQ(w.state(""), TaskState::canceled);
}

TEST(Sla, AddsItsTasksToARunningAttempt) {
  TestAttempt w("{+a: {sh>: a}}");
  w.happen(SlaDue{{{"time", "00:10"}, {"fail", true}, {"+late", Object{{"sh>", "late"}}}}});
  EXPECT_EQ(w.running(), "+a ^sla^alert ^sla^fail ^sla+late");
  w.succeed("+a");
  w.succeed("^sla^alert");
  w.succeed("^sla+late");
  w.fail("^sla^fail", "SLA violation");
  w.succeed("^failure-alert");
  EXPECT_EQ(w.state(""), TaskState::group_error);
}

TEST(Sla, ThatIsBrokenIsNotedAndDropped) {
  for (const auto& [key, value] :
       {std::pair<const char*, Value>{"fail", "perhaps"}, {"+late", "not a task"}}) {
    TestAttempt w("{+a: {sh>: a}}");
    w.happen(SlaDue{{{"alert", false}, {key, value}}});
    ASSERT_EQ(w.notes.size(), 1u) << key;
    EXPECT_EQ(w.notes[0].substr(0, 20), "Broken sla section: ");
    w.succeed("+a");
    EXPECT_TRUE(w.attempt.success()) << key;
  }
}

TEST(Resume, TakesOverWhatHadSucceeded) {
  AttemptSpec spec;
  spec.tree =
      workflow::compile("", "+w", workflow::parse_yaml("{+a: {sh>: a}, +b: {sh>: b}}").as_object());
  spec.resumed["+w+a"] = {{}, {{"v", 1}}};
  Created created = create_attempt(std::move(spec), Instant{});
  ASSERT_EQ(created.changes.to_run, std::vector<TaskIndex>{2});
  EXPECT_EQ(value::to_json(task_params(created.attempt, 2)), R"({"v":1})");
}

// The tree of language.md §16.5.
TEST(Params, FollowTheWalk) {
  TestAttempt w(R"({
    _export: {v: root, o: {a: 1}}, +s: {sh>: s},
    +g: {_export: {v: g, o: {c: 3}}, +g1: {sh>: 1}, +g2: {sh>: 2}},
    +h: {sh>: h}, +k: {_export: {v: own}, sh>: k}, +z: {sh>: z}})");
  TaskResult s, g1, k;
  s.store_params = {{"v", "s"}, {"o", Object{{"b", 2}}}};
  g1.store_params = {{"v", "g1"}};
  k.store_params = {{"l", Array{1}}};
  k.reset_store_params = {"o.a", "v"};
  EXPECT_EQ(w.params("+s"), R"({"v":"root","o":{"a":1}})");
  w.succeed("+s", s);
  EXPECT_EQ(w.params("+g+g1"), R"({"v":"g","o":{"a":1,"b":2,"c":3}})");
  w.succeed("+g+g1", g1);
  EXPECT_EQ(w.params("+g+g2"), R"({"v":"g1","o":{"a":1,"b":2,"c":3}})");
  w.succeed("+g+g2");
  EXPECT_EQ(w.params("+h"), R"({"v":"g1","o":{"a":1,"b":2}})");
  w.succeed("+h");
  EXPECT_EQ(w.params("+k"), R"({"v":"own","o":{"a":1,"b":2}})");
  w.succeed("+k", k);
  EXPECT_EQ(w.params("+z"), R"({"o":{"b":2},"l":[1]})");
}

TEST(Params, OfParallelTasksAreMergedByOrderOfDefinition) {
  TestAttempt w("{+g: {_parallel: true, +p1: {sh>: 1}, +p2: {sh>: 2}}, +n: {sh>: n}}");
  TaskResult first, second;
  first.store_params = {{"v", 1}};
  second.store_params = {{"v", 2}};
  w.succeed("+g+p2", second);
  w.succeed("+g+p1", first);
  EXPECT_EQ(w.params("+n"), R"({"v":2})");
}

TEST(Rebuild, GivesTheSameLinks) {
  TestAttempt w("{+g: {_retry: 1, +a: {sh>: a}, +b: {sh>: b}}, +n: {sh>: n}}");
  w.succeed("+g+a");
  w.fail("+g+b");
  w.pass(seconds(0));
  Attempt loaded = w.attempt;
  rebuild_links(loaded);
  ASSERT_EQ(loaded.links.size(), w.attempt.links.size());
  for (std::size_t at = 0; at < loaded.links.size(); ++at) {
    EXPECT_EQ(loaded.links[at].first_child, w.attempt.links[at].first_child) << at;
    EXPECT_EQ(loaded.links[at].progressing_children, w.attempt.links[at].progressing_children);
    EXPECT_EQ(loaded.links[at].child_failed, w.attempt.links[at].child_failed) << at;
  }
  for (std::size_t at = 0; at < loaded.barrier_links.size(); ++at) {
    EXPECT_EQ(loaded.barrier_links[at].unfinished, w.attempt.barrier_links[at].unfinished) << at;
  }
}

}  // namespace
}  // namespace mogura::engine
