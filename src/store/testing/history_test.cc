// What every database says about sessions and attempts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "store/testing/attempt_maker.h"
#include "store/testing/backends.h"
#include "value/json.h"

namespace mogura::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HistoryTest : public ::testing::TestWithParam<DatabaseMaker> {
 protected:
  AttemptId insert(const AttemptOptions& options) { return testing::insert(database_, options).id; }
  void finish(AttemptId id) {
    Working working(database_, id);
    working.succeed(1);
    working.succeed(2);
    ASSERT_EQ(working.commit(), CommitResult::committed);
  }
  static std::vector<AttemptId> ids_of(const std::vector<AttemptSummary>& attempts) {
    std::vector<AttemptId> ids;
    for (const AttemptSummary& attempt : attempts) ids.push_back(attempt.info.id);
    return ids;
  }
  static std::vector<AttemptId> ids_of(const std::vector<SessionSummary>& sessions) {
    std::vector<AttemptId> ids;
    for (const SessionSummary& session : sessions) ids.push_back(session.last_attempt.info.id);
    return ids;
  }

  std::unique_ptr<DatabaseBackend> backend_ = GetParam().make();
  Database& database_ = backend_->database();
};
INSTANTIATE_TEST_SUITE_P(Databases, HistoryTest, ::testing::ValuesIn(database_makers()),
                         name_of<DatabaseBackend>);

TEST_P(HistoryTest, SummarizesAnAttempt) {
  const AttemptId id =
      insert({.session_time = at_second(60), .name = "again", .params = {{"p", Object{{"q", 1}}}}});
  const auto running = database_.find_attempt_summary({0}, id);
  ASSERT_TRUE(running);
  EXPECT_EQ(running->info.id, id);
  EXPECT_EQ(running->info.project_name, "project");
  EXPECT_EQ(running->info.workflow_name, "w");
  EXPECT_EQ(running->info.workflow, WorkflowId{7});
  EXPECT_EQ(running->info.revision, "r");
  EXPECT_EQ(running->info.timezone, "Asia/Tokyo");
  EXPECT_EQ(running->info.session_time, at_second(60));
  EXPECT_EQ(running->info.session_uuid.size(), 36u);
  EXPECT_EQ(running->info.retry_attempt_name, "again");
  EXPECT_EQ(running->info.created_at, at_second(1000));
  EXPECT_EQ(running->index, 1);
  EXPECT_EQ(value::to_json(running->params), R"({"p":{"q":1}})");
  EXPECT_FALSE(running->done || running->success || running->cancel_requested);
  EXPECT_FALSE(running->finished_at);
  finish(id);
  const auto done = database_.find_attempt_summary({0}, id);
  EXPECT_TRUE(done->done && done->success);
  EXPECT_EQ(done->finished_at, at_second(2000));
  EXPECT_FALSE(database_.find_attempt_summary({1}, id));
}

TEST_P(HistoryTest, ShowsThatAnAttemptIsBeingKilled) {
  const AttemptId id = insert({});
  EXPECT_TRUE(database_.has_running({1}, "w"));
  Working working(database_, id);
  working.happen(engine::Kill{});
  working.commit();
  EXPECT_TRUE(database_.find_attempt_summary({0}, id)->cancel_requested);
  EXPECT_FALSE(database_.find_attempt_summary({0}, id)->done);
  EXPECT_FALSE(database_.has_running({1}, "w"));
}

TEST_P(HistoryTest, CountsAttemptsOfASession) {
  const AttemptId one = insert({});
  const AttemptId two = insert({.name = "b"});
  const AttemptId three = insert({.name = "a"});
  const SessionId session = database_.find_attempt(one)->session;
  const auto all = database_.attempts_of({0}, session, {});
  EXPECT_THAT(ids_of(all), ElementsAre(one, two, three));
  EXPECT_EQ(all[0].index, 1);
  EXPECT_EQ(all[1].index, 2);
  EXPECT_EQ(all[2].index, 3);
  EXPECT_FALSE(all[0].info.retry_attempt_name);
  EXPECT_THAT(ids_of(database_.attempts_of({0}, session, {.size = 1, .descending = true})),
              ElementsAre(three));
  EXPECT_THAT(
      ids_of(database_.attempts_of({0}, session, {.after_id = three.value, .descending = true})),
      ElementsAre(two, one));
  EXPECT_THAT(database_.attempts_of({1}, session, {}), IsEmpty());
  const auto summary = database_.find_session({0}, session);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->id, session);
  EXPECT_EQ(summary->last_attempt.info.id, three);
  EXPECT_FALSE(database_.find_session({1}, session));
}

TEST_P(HistoryTest, ListsTheNewestFirst) {
  const AttemptId a = insert({.workflow = "a"});
  const AttemptId b = insert({.workflow = "b"});
  const AttemptId other = insert({.project = {2}, .workflow = "a"});
  const AttemptId a_again = insert({.workflow = "a", .name = "again"});
  insert({.project = {3}, .workflow = "a", .site = {5}});

  EXPECT_THAT(ids_of(database_.list_attempts({0}, {}, {})), ElementsAre(a_again, other, b));
  EXPECT_THAT(ids_of(database_.list_attempts({0}, {.all_attempts = true}, {})),
              ElementsAre(a_again, other, b, a));
  EXPECT_THAT(ids_of(database_.list_attempts({0}, {}, {.after_id = other.value, .size = 1})),
              ElementsAre(b));
  EXPECT_THAT(ids_of(database_.list_attempts({0}, {.project = ProjectId{1}}, {})),
              ElementsAre(a_again, b));
  EXPECT_THAT(ids_of(database_.list_attempts(
                  {0}, {.project = ProjectId{1}, .workflow = "a", .all_attempts = true}, {})),
              ElementsAre(a_again, a));
  EXPECT_THAT(ids_of(database_.list_attempts({0}, {.project = ProjectId{1}, .workflow = "z"}, {})),
              IsEmpty());

  EXPECT_THAT(ids_of(database_.list_sessions({0}, {}, {})), ElementsAre(other, b, a_again));
  EXPECT_THAT(ids_of(database_.list_sessions({0}, {.project = ProjectId{1}}, {})),
              ElementsAre(b, a_again));
  EXPECT_THAT(ids_of(database_.list_sessions({0}, {.project = ProjectId{1}, .workflow = "a"}, {})),
              ElementsAre(a_again));
  const SessionId first = database_.find_attempt(b)->session;
  EXPECT_THAT(ids_of(database_.list_sessions({0}, {}, {.after_id = first.value})),
              ElementsAre(a_again));
  EXPECT_THAT(ids_of(database_.list_sessions({5}, {}, {})), ::testing::SizeIs(1));
}

TEST_P(HistoryTest, NumbersTasksInTheOrderOfTheirMaking) {
  const AttemptId one = insert({.workflow = "one"});
  const AttemptId two = insert({.workflow = "two"});
  Working working(database_, one);
  working.succeed(1, {.subtask_config = {{"+s", Object{{"sh>", "s"}}}}});
  working.commit();
  const AttemptTasks tasks = database_.tasks_of(one);
  std::vector<std::string> names;
  std::int64_t last = 0;
  for (const TaskSummary& task : tasks.tasks) {
    EXPECT_EQ(task.position, names.size());
    EXPECT_GT(task.id, last);
    last = task.id;
    names.push_back(task.task.full_name);
  }
  EXPECT_THAT(names, ElementsAre("+one", "+one+a", "+one+b", "+one+a^sub", "+one+a^sub+s"));
  EXPECT_EQ(tasks.barriers, working.attempt().barriers);
  const std::int64_t of_two = database_.tasks_of(two).tasks.front().id;
  EXPECT_GT(of_two, tasks.tasks[2].id);  // was made after these, before the others
  EXPECT_LT(of_two, tasks.tasks[3].id);
  EXPECT_THAT(database_.tasks_of(AttemptId{two.value + 100}).tasks, IsEmpty());
}

TEST_P(HistoryTest, KnowsWhatRuns) {
  const AttemptId one = insert({.workflow = "one"});
  insert({.workflow = "two"});
  insert({.project = {2}, .workflow = "two", .site = {5}});
  EXPECT_EQ(database_.count_running({0}), 2);
  EXPECT_TRUE(database_.has_running({1}, "one"));
  finish(one);
  EXPECT_EQ(database_.count_running({0}), 1);
  EXPECT_FALSE(database_.has_running({1}, "one"));
  EXPECT_TRUE(database_.has_running({1}, "two"));
  EXPECT_FALSE(database_.has_running({1}, "none"));
}

TEST_P(HistoryTest, KnowsTheSessionBefore) {
  insert({.session_time = at_second(100)});
  insert({.session_time = at_second(300)});
  insert({.workflow = "other", .session_time = at_second(250)});
  EXPECT_EQ(database_.last_session_before({1}, "w", at_second(301)), at_second(300));
  EXPECT_EQ(database_.last_session_before({1}, "w", at_second(300)), at_second(100));
  EXPECT_FALSE(database_.last_session_before({1}, "w", at_second(100)));
}

TEST_P(HistoryTest, ShowsNoTasksOfAnAttemptThatWaitsForItsTurn) {
  const NewAttempt first = make_attempt(database_, {.session_time = at_second(100)});
  NewAttempt second = make_attempt(database_, {.session_time = at_second(200)});
  second.starts_after = first.info.session;
  const NewAttempt both[] = {first, second};
  ASSERT_FALSE(database_.insert_attempts(both));
  EXPECT_FALSE(database_.find_attempt_summary({0}, first.info.id)->waits);
  EXPECT_TRUE(database_.find_attempt_summary({0}, second.info.id)->waits);
  EXPECT_THAT(database_.tasks_of(second.info.id).tasks, IsEmpty());

  Working working(database_, first.info.id);
  working.succeed(1);
  working.succeed(2);
  ASSERT_EQ(working.commit(), CommitResult::committed);
  EXPECT_FALSE(database_.find_attempt_summary({0}, second.info.id)->waits);
  EXPECT_EQ(database_.tasks_of(second.info.id).tasks.size(), second.attempt.tasks.size());
}

}  // namespace
}  // namespace mogura::store::testing
