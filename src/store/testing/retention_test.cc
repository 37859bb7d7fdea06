// What every database says about what is given up of a project's history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/attempt_maker.h"
#include "store/testing/backends.h"
#include "store/testing/push_maker.h"

namespace mogura::store::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ProjectId kProject{1};

class RetentionTest : public ::testing::TestWithParam<DatabaseMaker> {
 protected:
  AttemptId insert(const AttemptOptions& options) { return testing::insert(database_, options).id; }
  // A session of the workflow `w` that ended at this time.
  SessionId finished_session(std::int64_t time) {
    const AttemptId id = insert({.project = kProject, .session_time = at_second(time)});
    finish(id, time);
    return database_.find_attempt(id)->session;
  }
  void finish(AttemptId id, std::int64_t time) {
    Working working(database_, id);
    for (engine::TaskIndex task : {1u, 2u}) {
      working.happen(engine::TaskSucceeded{task, 1, {}}, at_second(time));
    }
    ASSERT_EQ(working.commit(), CommitResult::committed);
  }
  std::vector<SessionId> sessions() {
    std::vector<SessionId> ids;
    for (const SessionSummary& session : database_.list_sessions({0}, {}, {})) {
      ids.push_back(session.id);
    }
    return ids;
  }
  DroppedPart drop(const RetentionPolicy& policy, std::int64_t now) {
    return database_.drop_sessions(kProject, policy, at_second(now), 0, 100);
  }

  std::unique_ptr<DatabaseBackend> backend_ = GetParam().make();
  Database& database_ = backend_->database();
};
INSTANTIATE_TEST_SUITE_P(Databases, RetentionTest, ::testing::ValuesIn(database_makers()),
                         name_of<DatabaseBackend>);

TEST_P(RetentionTest, GivesUpWhatEndedLongAgo) {
  const SessionId old = finished_session(2000);
  const SessionId newer = finished_session(3000);
  const SessionId latest = finished_session(3001);
  const RetentionPolicy policy{.max_age = seconds(100)};
  EXPECT_THAT(database_.list_expired(kProject, policy, at_second(3050), {}), ElementsAre(old));
  const DroppedPart part = drop(policy, 3050);
  EXPECT_EQ(part.dropped, 1u);
  EXPECT_EQ(part.attempts, 1u);
  EXPECT_FALSE(part.next);
  EXPECT_THAT(sessions(), ElementsAre(latest, newer));
  EXPECT_EQ(drop(policy, 3050).dropped, 0u);
}

TEST_P(RetentionTest, GivesUpWhatHasEnoughNewerSessions) {
  const SessionId first = finished_session(2000);
  const SessionId second = finished_session(2001);
  const SessionId third = finished_session(2002);
  EXPECT_EQ(drop({.max_sessions = 3}, 2002).dropped, 0u);
  EXPECT_THAT(database_.list_expired(kProject, {.max_sessions = 2}, at_second(2002), {}),
              ElementsAre(first));
  EXPECT_EQ(drop({.max_sessions = 2}, 2002).dropped, 1u);
  EXPECT_THAT(sessions(), ElementsAre(third, second));
}

TEST_P(RetentionTest, KeepsTheLatestSessionOfEachWorkflow) {
  const SessionId latest = finished_session(5000);
  const SessionId backfilled = finished_session(2000);
  const AttemptId other = insert({.project = kProject, .workflow = "yearly"});
  finish(other, 2000);
  const RetentionPolicy policy{.max_age = seconds(1), .max_sessions = 1};
  EXPECT_THAT(database_.list_expired(kProject, policy, at_second(9000), {}),
              ElementsAre(backfilled));
  EXPECT_EQ(drop(policy, 9000).dropped, 1u);
  EXPECT_THAT(sessions(), ElementsAre(database_.find_attempt(other)->session, latest));
}

TEST_P(RetentionTest, KeepsWhatIsNotDone) {
  const AttemptId retried = insert({.session_time = at_second(10)});
  finish(retried, 2000);
  const AttemptId running = insert({.session_time = at_second(10), .name = "again"});
  const AttemptId claimed = insert({.session_time = at_second(20)});
  enqueue(database_, claimed, 1);
  finish(claimed, 2000);
  finished_session(2100);
  const RetentionPolicy policy{.max_age = seconds(1)};
  EXPECT_EQ(drop(policy, 9000).dropped, 0u);
  EXPECT_TRUE(database_.find_attempt(retried));

  const Lease lease = database_.open_lease("agent", seconds(9));
  const Claim claim = database_.claim(lease, 1).at(0);
  Working working(database_, claimed);
  working.next().completed = {{claim.entry, lease.id, lease.epoch}};
  working.commit();
  finish(running, 9000);
  EXPECT_EQ(drop(policy, 9000).dropped, 1u);
  EXPECT_FALSE(database_.find_attempt(claimed));
  EXPECT_TRUE(database_.find_attempt(retried)) << "its session ended this moment";
  EXPECT_EQ(drop(policy, 9002).attempts, 2u);
  EXPECT_FALSE(database_.find_attempt(retried));
}

TEST_P(RetentionTest, KeepsOtherProjects) {
  finished_session(2000);
  finished_session(2001);
  EXPECT_EQ(database_.drop_sessions({2}, {.max_sessions = 1}, at_second(9000), 0, 100).dropped, 0u);
  EXPECT_EQ(sessions().size(), 2u);
}

TEST_P(RetentionTest, GoesOnWhereItStopped) {
  std::vector<SessionId> all;
  for (int i = 0; i < 5; ++i) all.push_back(finished_session(2000 + i));
  const RetentionPolicy policy{.max_sessions = 1};
  EXPECT_THAT(database_.list_expired(kProject, policy, at_second(2009), {.size = 3}),
              ElementsAre(all[0], all[1], all[2]));
  EXPECT_THAT(database_.list_expired(kProject, policy, at_second(2009), {.after_id = all[2].value}),
              ElementsAre(all[3]));
  const DroppedPart first = database_.drop_sessions(kProject, policy, at_second(2009), 0, 2);
  EXPECT_EQ(first.dropped, 2u);
  ASSERT_EQ(first.next, all[1].value);
  const DroppedPart second =
      database_.drop_sessions(kProject, policy, at_second(2009), *first.next, 9);
  EXPECT_EQ(second.dropped, 2u);
  EXPECT_FALSE(second.next);
  EXPECT_THAT(sessions(), ElementsAre(all[4]));
}

TEST_P(RetentionTest, ClearsAwayWhatAttemptsLeftBehind) {
  const AttemptId big = insert({.session_time = at_second(10)});
  finish(big, 2000);
  database_.append_log(big, "x.gz", 0, "some");
  finished_session(2000);
  ASSERT_EQ(drop({.max_age = seconds(1)}, 9000).attempts, 1u);

  const auto left = database_.dropped_attempts(10);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].id, big);
  EXPECT_EQ(left[0].workflow_name, "w");
  EXPECT_EQ(left[0].session_time, at_second(10));
  EXPECT_EQ(left[0].timezone, "Asia/Tokyo");
  EXPECT_EQ(left[0].created_at, at_second(1000));
  EXPECT_FALSE(left[0].retry_attempt_name);
  EXPECT_EQ(database_.list_logs(big).size(), 1u);

  int rounds = 0;
  while (database_.clear_dropped(left, 2) == 0) ASSERT_LT(++rounds, 10);
  EXPECT_GE(rounds, 1);
  EXPECT_THAT(database_.dropped_attempts(10), IsEmpty());
  EXPECT_THAT(database_.tasks_of(big).tasks, IsEmpty());
  EXPECT_THAT(database_.list_logs(big), IsEmpty());
  EXPECT_EQ(database_.clear_dropped(left, 2), 1u) << "a second time";
}

TEST_P(RetentionTest, MakesTheSameSessionAnewAfterIt) {
  finished_session(2001);
  const AttemptOptions options{.session_time = at_second(10)};
  const AttemptId id = insert(options);
  finish(id, 2000);
  const NewAttempt again = make_attempt(database_, {.session_time = at_second(10), .name = "b"});
  ASSERT_EQ(drop({.max_age = seconds(1)}, 9000).dropped, 1u);
  EXPECT_FALSE(database_.insert_attempt(again));
  EXPECT_EQ(database_.find_attempt_summary({0}, again.info.id)->index, 1);
  EXPECT_FALSE(insert(options).value == id.value);
}

TEST_P(RetentionTest, GivesUpRevisionsThatNoAttemptNames) {
  const ProjectId project =
      database_.push(make_push("p", "named", {{"w", 100}}), at_second(1)).project.id;
  Push archived = make_push("p", "old");
  archived.archive = "bytes";
  const Pushed old = database_.push(archived, at_second(2));
  database_.push(make_push("p", "newest"), at_second(3));
  NewAttempt attempt = make_attempt(database_, {.project = project});
  attempt.info.revision = "named";
  database_.insert_attempt(attempt);

  EXPECT_EQ(database_.drop_revisions(project, at_second(2), 0, 100).dropped, 0u);
  EXPECT_EQ(database_.drop_revisions(project, at_second(9), 0, 100).dropped, 1u);
  EXPECT_THAT(names_of(database_.list_revisions(project, {})), ElementsAre("newest", "named"));
  EXPECT_FALSE(database_.find_archive(old.revision.id));
  EXPECT_THAT(database_.list_workflows(old.revision.id), IsEmpty());

  database_.delete_project({0}, project, at_second(10));
  EXPECT_EQ(database_.drop_revisions(project, at_second(10), 0, 100).dropped, 0u);
  EXPECT_EQ(database_.drop_revisions(project, at_second(11), 0, 100).dropped, 1u);
  EXPECT_THAT(names_of(database_.list_revisions(project, {})), ElementsAre("named"));
}

TEST_P(RetentionTest, KeepsPoliciesOfProjects) {
  const ProjectId one = database_.push(make_push("one", "r"), at_second(1)).project.id;
  const ProjectId two = database_.push(make_push("two", "r"), at_second(1)).project.id;
  const RetentionPolicy policy{.max_age = seconds(60), .max_sessions = 5};
  EXPECT_FALSE(database_.find_retention(one));
  database_.set_retention(one, RetentionPolicy{});
  EXPECT_EQ(database_.find_retention(one), RetentionPolicy{});
  database_.set_retention(one, policy);
  EXPECT_EQ(database_.find_retention(one), policy);
  const auto all = database_.list_retention({});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].project, one);
  EXPECT_EQ(all[0].name, "one");
  EXPECT_EQ(all[0].own, policy);
  EXPECT_EQ(all[1].project, two);
  EXPECT_FALSE(all[1].own);
  EXPECT_EQ(database_.list_retention({.after_id = one.value}).size(), 1u);
  database_.set_retention(one, std::nullopt);
  EXPECT_FALSE(database_.find_retention(one));
}

}  // namespace
}  // namespace mogura::store::testing
