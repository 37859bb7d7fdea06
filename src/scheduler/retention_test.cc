#include "scheduler/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sqlite/database.h"
#include "store/testing/attempt_maker.h"
#include "store/testing/push_maker.h"
#include "workflow/test_files.h"

namespace mogura::scheduler {
namespace {

using std::chrono::seconds;
using store::testing::at_second;
using store::testing::make_push;
using store::testing::Working;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RetentionSweepTest : public ::testing::Test {
 protected:
  ProjectId push(const std::string& name) {
    return database_->push(make_push(name, "r"), clock_.now()).project.id;
  }
  // An attempt with a log, which ended at its session time.
  AttemptId finished(ProjectId project, std::int64_t time) {
    const AttemptId id = unfinished(project, time);
    Working working(*database_, id);
    for (engine::TaskIndex task : {1u, 2u}) {
      working.happen(engine::TaskSucceeded{task, 1, {}}, at_second(time));
    }
    working.commit();
    logs_.open(logs_of(id), "+w+a")->output("hello\n");
    return id;
  }
  AttemptId unfinished(ProjectId project, std::int64_t time) {
    return store::testing::insert(*database_, {.project = project, .session_time = at_second(time)})
        .id;
  }
  blob::AttemptLogs logs_of(AttemptId id) {
    return blob::logs_of(database_->find_attempt_summary({0}, id)->info);
  }
  void sweep(const store::RetentionPolicy& policy) {
    Retention({*database_, logs_, archives_, clock_}, {.policy = policy}).sweep();
  }
  blob::ArchiveStoreOptions archive_options() {
    blob::ArchiveStoreOptions options;
    options.type = "local";
    options.files["local"] =
        std::make_unique<blob::ArchivesInDirectory>(files_.root() / "archives");
    return options;
  }
  bool is_there(AttemptId id) { return database_->find_attempt(id).has_value(); }

  workflow::TestFiles files_;
  FakeClock clock_{at_second(100'000)};
  std::unique_ptr<store::Database> database_ = store::sqlite::open_memory_database();
  blob::LogStore logs_{std::make_unique<blob::LogsInDirectory>(files_.root() / "logs"),
                       {.agent = "7@host"},
                       clock_,
                       [](const LogRecord& record) { return std::string(record.text); }};
  blob::ArchiveStore archives_{*database_, archive_options()};
};

TEST_F(RetentionSweepTest, ErasesTheArchivesOfRevisionsThatAreGone) {
  const store::Revision old = archives_.push(make_push("p", "old"), "bytes", clock_.now()).revision;
  clock_.advance(std::chrono::hours(2));
  database_->push(make_push("p", "new"), clock_.now());
  sweep({});
  EXPECT_TRUE(archives_.read(old));
  sweep({.max_age = seconds(60)});
  EXPECT_FALSE(database_->find_revision(old.id));
  clock_.advance(std::chrono::hours(2));
  sweep({});
  EXPECT_EQ(archives_.read(old).error().kind, blob::ArchiveProblem::Kind::missing);
}

TEST_F(RetentionSweepTest, KeepsEverythingUnlessTold) {
  const AttemptId old = finished(push("p"), 1);
  finished({1}, 2);
  sweep({});
  EXPECT_TRUE(is_there(old));
}

TEST_F(RetentionSweepTest, DeletesOldAttemptsWithTheirTasksAndLogs) {
  const ProjectId project = push("p");
  std::vector<AttemptId> old;
  for (int i = 0; i < 250; ++i) old.push_back(finished(project, i + 1));
  const AttemptId running = unfinished(project, 500);
  const AttemptId fresh = finished(project, 99'000);
  const blob::AttemptLogs old_logs = logs_of(old[0]);
  ASSERT_EQ(logs_.list(old_logs).size(), 1u);

  sweep({.max_age = seconds(2'000)});
  for (const AttemptId id : old) EXPECT_FALSE(is_there(id)) << id.value;
  EXPECT_TRUE(is_there(running));
  EXPECT_TRUE(is_there(fresh));
  EXPECT_THAT(logs_.list(old_logs), IsEmpty());
  EXPECT_EQ(logs_.list(logs_of(fresh)).size(), 1u);
  EXPECT_THAT(database_->tasks_of(old[0]).tasks, IsEmpty());
  EXPECT_FALSE(database_->tasks_of(running).tasks.empty());
  EXPECT_THAT(database_->dropped_attempts(9), IsEmpty());
}

TEST_F(RetentionSweepTest, FollowsTheProjectsOwnPolicy) {
  const ProjectId usual = push("usual");
  const ProjectId kept = push("kept");
  const ProjectId counted = push("counted");
  database_->set_retention(kept, store::RetentionPolicy{});
  database_->set_retention(counted, store::RetentionPolicy{.max_sessions = 2});
  std::vector<bool> left;
  std::vector<AttemptId> first;
  for (const ProjectId project : {usual, kept, counted}) {
    for (int i = 1; i <= 3; ++i) {
      const AttemptId id = finished(project, i * 10);
      if (i == 1) first.push_back(id);
    }
  }
  sweep({.max_age = std::chrono::hours(24)});
  for (const AttemptId id : first) left.push_back(is_there(id));
  EXPECT_THAT(left, ElementsAre(false, true, false));
  EXPECT_EQ(database_->list_sessions({0}, {.project = counted}, {}).size(), 2u);
}

TEST_F(RetentionSweepTest, ClearsAwayWhatAnEarlierSweepLeft) {
  const ProjectId project = push("p");
  const AttemptId old = finished(project, 1);
  finished(project, 2);
  const blob::AttemptLogs old_logs = logs_of(old);
  database_->drop_sessions(project, {.max_sessions = 1}, clock_.now(), 0, 100);
  ASSERT_EQ(logs_.list(old_logs).size(), 1u);
  sweep({});
  EXPECT_THAT(logs_.list(old_logs), IsEmpty());
  EXPECT_THAT(database_->dropped_attempts(9), IsEmpty());
}

TEST_F(RetentionSweepTest, RunsOnItsOwnUntilItIsStopped) {
  const ProjectId project = push("p");
  const AttemptId old = finished(project, 1);
  finished(project, 2);
  RetentionOptions options{.policy = {.max_sessions = 1}, .interval = seconds(1)};
  options.first_after = seconds(0);
  Retention retention({*database_, logs_, archives_, clock_}, options);
  retention.start();
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (is_there(old) && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_FALSE(is_there(old));
  retention.stop();
  retention.stop();
}

TEST(RetentionOptions, AreReadFromSettings) {
  const RetentionOptions none = retention_options({});
  EXPECT_TRUE(none.policy.keeps_all());
  EXPECT_EQ(none.interval, std::chrono::hours(1));
  const RetentionOptions all = retention_options({{"retention.max_age", "90d"},
                                                  {"retention.max_sessions", "10"},
                                                  {"retention.interval", "5m"}});
  EXPECT_EQ(all.policy.max_age, std::chrono::days(90));
  EXPECT_EQ(all.policy.max_sessions, 10);
  EXPECT_EQ(all.interval, std::chrono::minutes(5));
  EXPECT_FALSE(retention_options({{"retention.max_age", "off"}}).policy.max_age);
  for (const Object& wrong :
       {Object{{"retention.max_age", "soon"}}, Object{{"retention.max_age", "0s"}},
        Object{{"retention.max_sessions", "0"}}, Object{{"retention.interval", "off"}}}) {
    EXPECT_THROW(retention_options(wrong), ConfigError);
  }
}

}  // namespace
}  // namespace mogura::scheduler
