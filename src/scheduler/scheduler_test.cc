#include "scheduler/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/backfill.h"
#include "scheduler/schedule_rules.h"
#include "store/sqlite/database.h"
#include "template/template.h"
#include "workflow/yaml.h"

namespace mogura::scheduler {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Instant utc(std::string_view text) {
  return *calendar::parse_instant(text);
}

class NoSecretsHere : public secrets::SecretStore {
 public:
  std::optional<std::string> find(ProjectId, const std::string&) const override {
    return std::nullopt;
  }
};
class NoNotifierHere : public operators::Notifier {
 public:
  void notify(const operators::TaskRequest&, const std::string&) override {}
};
class NoAttemptsHere : public operators::Attempts {
 public:
  std::optional<State> start_or_find(const Start&) override { return std::nullopt; }
};

// A server's store with a project, an executor that is stepped, and a clock that stands still.
class SchedulerTest : public ::testing::Test {
 protected:
  executor::Executor make_executor(executor::StartLimits limits = {}) {
    return executor::Executor({*database_, clock_, environment_, {}, limits});
  }

  /// Pushes a project of one workflow `main`, with its first session at or after the clock's time.
  void push(const std::string& schedule, const std::string& tasks = "+a: {echo>: a}") {
    const Value config = workflow::parse_yaml("schedule: " + schedule + "\n" + tasks);
    const auto times = find_schedule(config.as_object(), "UTC");
    store::Push push;
    push.project = "p";
    push.revision = "r" + std::to_string(++revisions_);
    push.archive_type = "db";
    push.workflows.push_back({"main", "UTC", config.as_object(), times->first(clock_.now())});
    project_ = database_->push(push, clock_.now()).project.id;
  }

  store::Schedule schedule() { return *database_->find_schedule(project_, "main"); }

  std::vector<std::string> sessions() {
    std::vector<std::string> times;
    for (const auto& session : database_->list_sessions({0}, {}, {})) {
      times.push_back(calendar::utc_iso(session.last_attempt.info.session_time));
    }
    return times;
  }

  store::AttemptSummary last_attempt() { return database_->list_attempts({0}, {}, {}).front(); }

  /// Starts what is due at this time.
  void run_at(executor::Executor& executor, Instant now) {
    clock_.set(now);
    Scheduler({*database_, executor, clock_}).run_due();
  }

  FakeClock clock_{utc("2030-05-06T07:00:00Z")};
  const std::unique_ptr<store::Database> database_ = store::sqlite::open_memory_database();
  tmpl::Evaluator templates_{{}};
  NoSecretsHere secrets_;
  const Object settings_;
  NoAttemptsHere attempts_;
  NoNotifierHere notifier_;
  operators::TemporaryDirectories temporary_directories_;
  operators::Environment environment_{clock_,
                                      templates_,
                                      secrets_,
                                      settings_,
                                      attempts_,
                                      notifier_,
                                      temporary_directories_,
                                      1000,
                                      [](std::string_view) {}};
  ProjectId project_;
  int revisions_ = 0;
};

TEST_F(SchedulerTest, StartsASessionWhenItIsDueAndNoEarlier) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}");
  run_at(executor, utc("2030-05-07T02:29:59Z"));
  EXPECT_THAT(sessions(), IsEmpty());
  EXPECT_EQ(Scheduler({*database_, executor, clock_}).next_run(), utc("2030-05-07T02:30:00Z"));
  run_at(executor, utc("2030-05-07T02:30:00Z"));
  EXPECT_THAT(sessions(), ElementsAre("2030-05-07T00:00:00Z"));
  EXPECT_EQ(schedule().next.session_time, utc("2030-05-08T00:00:00Z"));
  EXPECT_EQ(schedule().last_session_time, utc("2030-05-07T00:00:00Z"));
}

TEST_F(SchedulerTest, MakesUpForAllThatWasMissed) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}");
  run_at(executor, utc("2030-05-09T12:00:00Z"));
  EXPECT_THAT(sessions(),
              ElementsAre("2030-05-09T00:00:00Z", "2030-05-08T00:00:00Z", "2030-05-07T00:00:00Z"));
  const Object& params = last_attempt().params;
  EXPECT_EQ(*params.find("last_session_time"), Value("2030-05-08T00:00:00+00:00"));
  EXPECT_EQ(*params.find("next_session_time"), Value("2030-05-10T00:00:00+00:00"));
  EXPECT_EQ(*params.find("last_executed_session_time"), Value("2030-05-08T00:00:00+00:00"));
}

TEST_F(SchedulerTest, FindsTheAttemptThatWasStartedBeforeACrash) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}");
  const store::Schedule before = schedule();
  run_at(executor, utc("2030-05-07T02:30:00Z"));
  // As if the move had not been made.
  store::Schedule moved = schedule();
  database_->move_schedule(moved, {before.next, std::nullopt, std::nullopt}, clock_.now());
  run_at(executor, utc("2030-05-07T02:31:00Z"));
  EXPECT_THAT(sessions(), ElementsAre("2030-05-07T00:00:00Z"));
  EXPECT_EQ(last_attempt().index, 1);
  EXPECT_EQ(schedule().next.session_time, utc("2030-05-08T00:00:00Z"));
}

TEST_F(SchedulerTest, LeavesDisabledSchedulesAlone) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}");
  const store::Schedule seen = schedule();
  database_->move_schedule(seen, {seen.next, std::nullopt, clock_.now()}, clock_.now());
  run_at(executor, utc("2030-05-09T00:00:00Z"));
  EXPECT_THAT(sessions(), IsEmpty());
  EXPECT_EQ(schedule().next.session_time, seen.next.session_time);
}

TEST_F(SchedulerTest, SkipsSessionsWhileAnotherOneRuns) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00', skip_on_overtime: true}");
  run_at(executor, utc("2030-05-09T12:00:00Z"));
  EXPECT_THAT(sessions(), ElementsAre("2030-05-07T00:00:00Z"));
  EXPECT_EQ(schedule().next.session_time, utc("2030-05-10T00:00:00Z"));
  EXPECT_EQ(schedule().last_session_time, utc("2030-05-07T00:00:00Z"));
}

TEST_F(SchedulerTest, SkipsSessionsThatAreTooLate) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00', skip_delayed_by: 1h}");
  run_at(executor, utc("2030-05-08T03:00:00Z"));
  EXPECT_THAT(sessions(), ElementsAre("2030-05-08T00:00:00Z"));
}

TEST_F(SchedulerTest, TriesAgainLaterWhereTooManyAttemptsRun) {
  executor::Executor executor = make_executor({.max_running_attempts = 0});
  push("{daily>: '02:30:00'}");
  const Instant now = utc("2030-05-07T02:30:00Z");
  run_at(executor, now);
  EXPECT_THAT(sessions(), IsEmpty());
  EXPECT_EQ(schedule().next.session_time, utc("2030-05-07T00:00:00Z"));
  EXPECT_EQ(schedule().next.run_time, now + kRetryAfterLimit);
}

TEST_F(SchedulerTest, WorkflowWithTooManyTasksFailsAndSaysWhy) {
  executor::Executor executor = make_executor({.max_tasks = 3});
  push("{daily>: '02:30:00'}", "+a: {echo>: a}\n+b: {echo>: b}\n+c: {echo>: c}");
  run_at(executor, utc("2030-05-07T02:30:00Z"));
  while (executor.run_batch()) {
  }
  const store::AttemptSummary attempt = last_attempt();
  const auto tasks = database_->tasks_of(attempt.info.id).tasks;
  ASSERT_GE(tasks.size(), 2u);
  const auto* message = tasks[1].task.output->error.find("message");
  ASSERT_NE(message, nullptr);
  EXPECT_THAT(message->as_text(), ::testing::HasSubstr("Too many tasks. Limit: 3"));
  EXPECT_FALSE(attempt.success);
  EXPECT_EQ(schedule().next.session_time, utc("2030-05-08T00:00:00Z"));
}

TEST_F(SchedulerTest, TriesAgainLaterWhereTheDefinitionIsWrong) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}", "sla: {duration: soon}\n+a: {echo>: a}");
  const Instant now = utc("2030-05-07T02:30:00Z");
  run_at(executor, now);
  EXPECT_EQ(schedule().next.session_time, utc("2030-05-07T00:00:00Z"));
  EXPECT_EQ(schedule().next.run_time, now + kRetryAfterError);
}

TEST_F(SchedulerTest, WakesWhenAScheduleComes) {
  executor::Executor executor = make_executor();
  Scheduler scheduler({*database_, executor, clock_});
  scheduler.start();
  Mutex mutex;
  Condition moved;
  int notices = 0;
  const auto subscription = database_->watch([&](const store::Notice& notice) {
    if (!notice.schedules) return;
    {
      MutexLock lock(mutex);
      ++notices;
    }
    moved.notify_all();
  });
  push("{minutes_interval>: 1, start: 2030-05-06, end: 2030-05-06}");  // due at once
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  {
    MutexLock lock(mutex);
    while (notices < 2 && std::chrono::steady_clock::now() < deadline) {
      moved.wait_until(mutex, deadline);
    }
  }
  scheduler.stop();
  EXPECT_THAT(sessions(), ElementsAre("2030-05-06T07:00:00Z"));
}

TEST_F(SchedulerTest, BackfillStartsOneSessionAfterTheOther) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}");
  const Backfill backfill{schedule(), utc("2030-05-04T00:00:00Z"), std::nullopt, "fix"};
  const auto planned = plan_backfill(*database_, backfill, clock_.now());
  ASSERT_EQ(planned.size(), 3u);
  EXPECT_FALSE(planned[0].last_executed_session_time);
  EXPECT_EQ(planned[2].last_executed_session_time, utc("2030-05-05T00:00:00Z"));
  const auto started = executor.start_in_turn(planned);
  ASSERT_TRUE(started);
  while (executor.run_batch()) {
  }
  Instant last_end{};
  for (const AttemptId id : *started) {
    const auto attempt = database_->find_attempt_summary({0}, id);
    EXPECT_TRUE(attempt->success);
    EXPECT_EQ(attempt->info.retry_attempt_name, "fix");
    EXPECT_GE(*attempt->finished_at, last_end);
    last_end = *attempt->finished_at;
  }
}

TEST_F(SchedulerTest, BackfillLetsTheOthersWait) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}", "+a: {sh>: 'true'}");
  const Backfill backfill{schedule(), utc("2030-05-05T00:00:00Z"), 2, "fix"};
  const auto started = executor.start_in_turn(plan_backfill(*database_, backfill, clock_.now()));
  ASSERT_TRUE(started);
  while (executor.run_batch()) {
  }
  EXPECT_FALSE(database_->find_attempt_summary({0}, (*started)[0])->waits);
  EXPECT_TRUE(database_->find_attempt_summary({0}, (*started)[1])->waits);
  clock_.advance(hours(1));
  executor.post((*started)[0], engine::TaskSucceeded{1, 1, {}});
  while (executor.run_batch()) {
  }
  EXPECT_FALSE(database_->find_attempt_summary({0}, (*started)[1])->waits);
  const auto tasks = database_->tasks_of((*started)[1]).tasks;
  EXPECT_EQ(tasks[1].task.started_at, clock_.now());
}

TEST_F(SchedulerTest, BackfillOfANameThatExistsIsRefused) {
  executor::Executor executor = make_executor();
  push("{daily>: '02:30:00'}");
  const Backfill backfill{schedule(), utc("2030-05-06T00:00:00Z"), 1, "fix"};
  const auto planned = plan_backfill(*database_, backfill, clock_.now());
  ASSERT_TRUE(executor.start_in_turn(planned));
  EXPECT_EQ(executor.start_in_turn(planned).error().attempt, last_attempt().info.id);
  try {
    plan_backfill(*database_, backfill, clock_.now());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.text(),
              "Attempt of project id=1 workflow=main instant=2030-05-06T00:00:00Z attempt "
              "name=fix already exists (conflict)");
  }
}

}  // namespace
}  // namespace mogura::scheduler
