// What every store does with attempts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/attempt_maker.h"
#include "store/testing/backends.h"
#include "value/json.h"

namespace mogura::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AttemptsTest : public ::testing::TestWithParam<StoreMaker> {
 protected:
  std::unique_ptr<Backend> backend_ = GetParam().make();
  Store& store_ = backend_->store();
};
INSTANTIATE_TEST_SUITE_P(Stores, AttemptsTest, ::testing::ValuesIn(store_makers()),
                         name_of<Backend>);

std::string texts_of(const engine::Attempt& attempt) {
  std::string text;
  for (const engine::Task& task : attempt.tasks) {
    const engine::TaskOutput none;
    const engine::TaskOutput& output = task.output == nullptr ? none : *task.output;
    Array resets(output.reset_store_params.begin(), output.reset_store_params.end());
    const Array parts = {
        task.full_name,
        task.name_offset,
        task.parent,
        task.waits_for,
        static_cast<int>(task.kind),
        static_cast<int>(task.state),
        int{task.flags},
        task.config,
        task.exports,
        Value(output.subtask_config),
        Value(output.export_params),
        Value(resets),
        Value(output.store_params),
        Value(output.error),
        task.state_params,
        task.run,
        task.retry_at.value_or(Instant()).time_since_epoch().count(),
        task.started_at.value_or(Instant()).time_since_epoch().count(),
        task.updated_at.time_since_epoch().count(),
    };
    text += value::to_json(parts) + "\n";
  }
  for (const auto& barrier : attempt.barriers) {
    text += value::to_json(Array(barrier.begin(), barrier.end())) + "\n";
  }
  return text + value::to_json(attempt.base_params);
}

TEST_P(AttemptsTest, KeepsOneAttemptOfASessionAndName) {
  const Insertion first = insert(store_);
  EXPECT_FALSE(first.existing);
  const Insertion again = insert(store_);
  ASSERT_TRUE(again.existing);
  EXPECT_EQ(again.existing->attempt, first.id);

  const Insertion named = insert(store_, {.name = "again"});
  EXPECT_FALSE(named.existing);
  EXPECT_EQ(insert(store_, {.name = "again"}).existing->attempt, named.id);
  EXPECT_EQ(insert(store_).existing->attempt, named.id);  // the session's last one
}

TEST_P(AttemptsTest, StoresSeveralAttemptsOrNone) {
  const AttemptId existing = insert(store_, {.session_time = at_second(200), .name = "n"}).id;
  const NewAttempt refused[] = {
      make_attempt(store_, {.session_time = at_second(100), .name = "n"}),
      make_attempt(store_, {.session_time = at_second(200), .name = "n"})};
  EXPECT_EQ(store_.insert_attempts(refused)->attempt, existing);
  EXPECT_FALSE(store_.find_attempt(refused[0].info.id));

  const NewAttempt stored[] = {make_attempt(store_, {.session_time = at_second(100), .name = "m"}),
                               make_attempt(store_, {.session_time = at_second(200), .name = "m"})};
  EXPECT_FALSE(store_.insert_attempts(stored));
  EXPECT_TRUE(store_.find_attempt(stored[0].info.id));
  EXPECT_TRUE(store_.find_attempt(stored[1].info.id));
}

TEST_P(AttemptsTest, CountsAttemptsThatAreNotDone) {
  const AttemptId first = insert(store_, {.session_time = at_second(100)}).id;
  insert(store_, {.session_time = at_second(200)});
  insert(store_, {.session_time = at_second(300), .site = SiteId{1}});
  EXPECT_EQ(store_.count_running({0}), 2);
  Working working(store_, first);
  working.succeed(1);
  working.succeed(2);
  working.commit();
  EXPECT_EQ(store_.count_running({0}), 1);
}

// Attempts of three sessions, the second of which has two, and one that waits for that session.
class WaitingAttemptTest : public AttemptsTest {
 protected:
  NewAttempt attempt(std::int64_t second, const char* name = "n") {
    return make_attempt(store_,
                        {.session_time = at_second(second), .name = name, .wake_at = Instant()});
  }
  void finish(AttemptId id) {
    Working working(store_, id);
    working.succeed(1);
    working.succeed(2);
    ASSERT_EQ(working.commit(), CommitResult::committed);
  }
  std::vector<AttemptId> due() { return store_.attempts_due(at_second(1'000'000), 100); }
};
INSTANTIATE_TEST_SUITE_P(Stores, WaitingAttemptTest, ::testing::ValuesIn(store_makers()),
                         name_of<Backend>);

TEST_P(WaitingAttemptTest, WakesWhenNoAttemptOfTheSessionIsUnfinished) {
  const NewAttempt first = attempt(100);
  ASSERT_FALSE(store_.insert_attempt(first));
  const NewAttempt again = attempt(100, "again");
  ASSERT_FALSE(store_.insert_attempt(again));
  NewAttempt waiting = attempt(200);
  waiting.starts_after = first.info.session;
  ASSERT_FALSE(store_.insert_attempt(waiting));
  EXPECT_THAT(due(), ElementsAre(first.info.id, again.info.id));
  finish(first.info.id);
  EXPECT_THAT(due(), ElementsAre(again.info.id));
  finish(again.info.id);
  EXPECT_THAT(due(), ElementsAre(waiting.info.id));
}

TEST_P(WaitingAttemptTest, WaitsInAChain) {
  NewAttempt chain[] = {attempt(100), attempt(200), attempt(300)};
  chain[1].starts_after = chain[0].info.session;
  chain[2].starts_after = chain[1].info.session;
  ASSERT_FALSE(store_.insert_attempts(chain));
  for (const NewAttempt& next : chain) {
    EXPECT_THAT(due(), ElementsAre(next.info.id));
    finish(next.info.id);
  }
  EXPECT_THAT(due(), IsEmpty());
}

TEST_P(WaitingAttemptTest, DoesNotWaitForWhatIsDone) {
  const NewAttempt first = attempt(100);
  ASSERT_FALSE(store_.insert_attempt(first));
  finish(first.info.id);
  NewAttempt next = attempt(200);
  next.starts_after = first.info.session;
  ASSERT_FALSE(store_.insert_attempt(next));
  EXPECT_THAT(due(), ElementsAre(next.info.id));
}

TEST_P(AttemptsTest, FindsAttemptsBySessionInWholeSeconds) {
  const Instant time = at_second(86'400) + std::chrono::milliseconds(900);
  const AttemptId plain = insert(store_, {.session_time = time}).id;
  const AttemptId named = insert(store_, {.session_time = time, .name = "n"}).id;
  EXPECT_EQ(store_.find_attempt({1}, "w", at_second(86'400), std::nullopt)->attempt, named);
  EXPECT_EQ(store_.find_attempt({1}, "w", at_second(86'400), "n")->attempt, named);
  EXPECT_FALSE(store_.find_attempt({1}, "w", at_second(86'400), "m"));
  EXPECT_FALSE(store_.find_attempt({1}, "w", at_second(86'401), std::nullopt));
  EXPECT_FALSE(store_.find_attempt({1}, "v", at_second(86'400), std::nullopt));
  EXPECT_FALSE(store_.find_attempt({2}, "w", at_second(86'400), std::nullopt));
  EXPECT_EQ(store_.find_attempt(plain)->session, store_.find_attempt(named)->session);
  EXPECT_FALSE(store_.find_attempt(AttemptId{named.value + 100}));
}

TEST_P(AttemptsTest, ReservesTheIdsOfTheSessionThatThereIs) {
  const AttemptIds fresh = store_.reserve_ids({1}, "w", {});
  const NewAttempt added = make_attempt(store_);
  EXPECT_FALSE(store_.insert_attempt(added));
  const AttemptIds later = store_.reserve_ids({1}, "w", {});
  EXPECT_EQ(later.session, added.info.session);
  EXPECT_EQ(later.session_uuid, added.info.session_uuid);
  EXPECT_LT(fresh.attempt, added.info.id);
  EXPECT_LT(added.info.id, later.attempt);
}

TEST_P(AttemptsTest, LoadsWhatWasStored) {
  NewAttempt added = make_attempt(
      store_, {.session_time = at_second(60),
               .name = "näme",
               .tasks = "_export: {e: 1}\n+a: {sh>: a}\n+p: {_parallel: true, +x: {sh>: x}, "
                        "+y: {sh>: y}}\n+b: {sh>: b}",
               .params = {{"text", "quote \" and zero \0 and ü"}, {"real", 1.5}, {"list", Array{}}},
               .monitor = Monitor{at_second(99), {{"duration", "00:01:00"}}},
               .wake_at = at_second(5)});
  added.attempt.resumed.emplace("+w+a", engine::ResumedTask{{{"x", 1}}, {{"y", Object{}}}});
  added.attempt.max_tasks = 100'000;
  ASSERT_FALSE(store_.insert_attempt(added));
  const auto loaded = store_.load(added.info.id);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->info.id, added.info.id);
  EXPECT_EQ(loaded->info.session, added.info.session);
  EXPECT_EQ(loaded->info.project, added.info.project);
  EXPECT_EQ(loaded->info.project_name, "project");
  EXPECT_EQ(loaded->info.workflow_name, "w");
  EXPECT_EQ(loaded->info.workflow, WorkflowId{7});
  EXPECT_EQ(loaded->info.revision, "r");
  EXPECT_EQ(loaded->info.timezone, "Asia/Tokyo");
  EXPECT_EQ(loaded->info.session_uuid, added.info.session_uuid);
  EXPECT_EQ(loaded->info.session_time, at_second(60));
  EXPECT_EQ(loaded->info.retry_attempt_name, "näme");
  EXPECT_EQ(loaded->info.created_at, at_second(1000));
  EXPECT_EQ(loaded->attempt.id, added.info.id.value);
  EXPECT_EQ(texts_of(loaded->attempt), texts_of(added.attempt));
  EXPECT_EQ(loaded->attempt.max_tasks, 100'000);
  ASSERT_TRUE(loaded->attempt.resumed.contains("+w+a"));
  EXPECT_EQ(Value(loaded->attempt.resumed.at("+w+a").store_params), Value(Object{{"y", Object{}}}));
  ASSERT_TRUE(loaded->monitor);
  EXPECT_EQ(loaded->monitor->due, at_second(99));
  EXPECT_EQ(value::to_json(loaded->monitor->sla), R"({"duration":"00:01:00"})");
  EXPECT_EQ(loaded->attempt.links.size(), loaded->attempt.tasks.size());
  EXPECT_FALSE(store_.load(AttemptId{added.info.id.value + 100}));
}

TEST_P(AttemptsTest, CommitsRowsThatChangedAndRowsThatAreNew) {
  const AttemptId id = insert(store_).id;
  {
    Working first(store_, id);
    first.succeed(1,
                  {.subtask_config = {{"+s", Object{{"sh>", "s"}}}, {"+t", Object{{"sh>", "t"}}}},
                   .export_params = {{"e", 1}},
                   .reset_store_params = {"a.b"},
                   .store_params = {{"s", Object{{"deep", Array{1, nullptr}}}}}});
    ASSERT_GT(first.attempt().tasks.size(), first.next().stored_tasks);
    EXPECT_EQ(first.commit(), CommitResult::committed);
    EXPECT_EQ(texts_of(store_.load(id)->attempt), texts_of(first.attempt()));
  }
  Working second(store_, id);
  second.happen(engine::TaskRetry{3, 1, std::chrono::seconds(7), {{"retry", 1}}});
  second.next().wake_at = second.attempt().next_timer();
  EXPECT_EQ(second.commit(), CommitResult::committed);
  EXPECT_EQ(texts_of(store_.load(id)->attempt), texts_of(second.attempt()));
}

TEST_P(AttemptsTest, RefusesACommitFromAnOldVersion) {
  const AttemptId id = insert(store_).id;
  const AttemptId other = insert(store_, {.workflow = "other"}).id;
  Working mine(store_, id);
  Working theirs(store_, id);
  Working innocent(store_, other);
  theirs.succeed(1);
  EXPECT_EQ(theirs.commit(), CommitResult::committed);
  mine.happen(engine::TaskFailed{1, 1, {{"message", "m"}}});
  innocent.succeed(1);
  const Commit both[] = {mine.finished(), innocent.finished()};
  EXPECT_THAT(store_.commit(both),
              ElementsAre(CommitResult::version_conflict, CommitResult::committed));
  EXPECT_EQ(texts_of(store_.load(id)->attempt), texts_of(theirs.attempt()));
  EXPECT_EQ(texts_of(store_.load(other)->attempt), texts_of(innocent.attempt()));
}

TEST_P(AttemptsTest, KnowsHowAnAttemptEnded) {
  const AttemptId good = insert(store_).id;
  const AttemptId bad = insert(store_, {.workflow = "bad"}).id;
  EXPECT_FALSE(store_.find_attempt(good)->done);
  Working success(store_, good);
  success.succeed(1);
  success.succeed(2);
  success.commit();
  EXPECT_TRUE(store_.find_attempt(good)->done);
  EXPECT_TRUE(store_.find_attempt(good)->success);
  Working killed(store_, bad);
  killed.happen(engine::Kill{});
  killed.happen(engine::TaskFailed{1, 1, {{"message", "m"}}});
  killed.commit();
  EXPECT_TRUE(store_.load(bad)->attempt.cancel_requested);
  EXPECT_TRUE(store_.find_attempt(bad)->done);
  EXPECT_FALSE(store_.find_attempt(bad)->success);
}

TEST_P(AttemptsTest, ForgetsAMonitorThatFired) {
  const AttemptId id = insert(store_, {.monitor = Monitor{at_second(1), {{"x", 1}}}}).id;
  Working working(store_, id);
  working.next().monitor_fired = true;
  working.commit();
  EXPECT_FALSE(store_.load(id)->monitor);
}

TEST_P(AttemptsTest, NamesTheAttemptsWhoseTimeHasCome) {
  EXPECT_FALSE(store_.next_wake());
  const AttemptId late = insert(store_, {.workflow = "late", .wake_at = at_second(30)}).id;
  const AttemptId early = insert(store_, {.workflow = "early", .wake_at = at_second(10)}).id;
  insert(store_, {.workflow = "never"});
  EXPECT_EQ(store_.next_wake(), at_second(10));
  EXPECT_THAT(store_.attempts_due(at_second(9), 10), IsEmpty());
  EXPECT_THAT(store_.attempts_due(at_second(10), 10), ElementsAre(early));
  EXPECT_THAT(store_.attempts_due(at_second(40), 10), ElementsAre(early, late));
  EXPECT_THAT(store_.attempts_due(at_second(40), 1), ElementsAre(early));
  Working working(store_, early);
  working.commit();
  EXPECT_LE(store_.next_wake(), at_second(30));
  EXPECT_THAT(store_.attempts_due(at_second(29), 10), IsEmpty());
  EXPECT_EQ(store_.next_wake(), at_second(30));
}

TEST_P(AttemptsTest, StoresManyTasks) {
  std::string tasks = "_parallel: true\n";
  for (int i = 0; i < 3'000; ++i) tasks += "+t" + std::to_string(i) + ": {sh>: x}\n";
  const AttemptId id = insert(store_, {.tasks = tasks}).id;
  Working working(store_, id);
  for (engine::TaskIndex task = 1; task <= 3'000; ++task) working.succeed(task);
  EXPECT_TRUE(working.attempt().done());
  EXPECT_EQ(working.commit(), CommitResult::committed);
  EXPECT_EQ(texts_of(store_.load(id)->attempt), texts_of(working.attempt()));
}

}  // namespace
}  // namespace mogura::store::testing
