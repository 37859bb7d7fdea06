#include "executor/executor.h"

#include <gtest/gtest.h>

#include <future>

#include "executor/attempt_gateway.h"
#include "store/memory_store.h"
#include "value/json.h"

namespace mogura::executor {
namespace {

using std::chrono::seconds;

class NoSecrets : public secrets::SecretStore {
 public:
  std::optional<std::string> find(ProjectId, const std::string&) const override {
    return std::nullopt;
  }
};
class NoNotifier : public operators::Notifier {
 public:
  void notify(const operators::TaskRequest&, const std::string&) override {}
};
class NoWorkflows : public WorkflowSource {
 public:
  std::optional<Workflow> find(ProjectId, const std::string&) const override {
    return std::nullopt;
  }
  std::optional<ProjectId> project_named(const std::string&) const override { return std::nullopt; }
};

// An executor that is stepped by hand, and the test as its agent.
class ExecutorTest : public testing::Test {
 protected:
  ExecutorTest() {
    gateway_.connect(executor_);
    lease_ = store_.open_lease("test", seconds(1'000));
  }

  AttemptId start(const Object& workflow, Instant session_time = Instant{}) {
    StartRequest request;
    request.workflow = {{0}, {1}, "default", "1", {}, {"w", "UTC", workflow}};
    request.session_time = session_time;
    const AttemptId attempt = executor_.start_attempt(request).state.attempt;
    run();
    return attempt;
  }
  void run() {
    while (executor_.run_batch()) {
    }
  }
  // Claims everything and lets it succeed; the names of what was run.
  std::string succeed_all() {
    std::string names;
    for (const store::Claim& claim : store_.claim(lease_, 100)) {
      names += request_name(claim) + " ";
      executor_.post(claim.attempt, engine::TaskSucceeded{claim.task, claim.run, {}},
                     store::Ownership{claim.entry, lease_.id, lease_.epoch});
    }
    run();
    return names;
  }
  static std::string request_name(const store::Claim& claim) {
    return claim.payload.as_object().find("taskName")->as_text();
  }

  store::MemoryStore store_;
  FakeClock clock_{Instant{}};
  tmpl::Evaluator templates_;
  NoSecrets secrets_;
  NoNotifier notifier_;
  NoWorkflows workflows_;
  AttemptGateway gateway_{workflows_, clock_};
  const Object system_config_;
  std::string printed_;
  operators::TemporaryDirectories temporary_directories_;
  operators::Environment environment_{clock_,
                                      templates_,
                                      secrets_,
                                      system_config_,
                                      gateway_,
                                      notifier_,
                                      temporary_directories_,
                                      1'000,
                                      [this](std::string_view text) { printed_ += text; }};
  const operators::RunOptions run_options_{.project_path = std::filesystem::temp_directory_path()};
  Executor executor_{{store_, clock_, environment_, run_options_, {{}, 1'000}, {}, {}, {}}};
  store::Lease lease_;
};

TEST_F(ExecutorTest, RunsWhatOnlyComputesInsideTheBatch) {
  const AttemptId attempt =
      start(Object{{"_export", Object{{"v", 5}}},
                   {"+l", Object{{"loop>", 2}, {"_do", Object{{"echo>", "${i} ${v}"}}}}}});
  EXPECT_EQ(printed_, "0 5\n1 5\n");
  EXPECT_TRUE(store_.find_attempt(attempt)->success);
}

TEST_F(ExecutorTest, QueuesWhatTouchesTheOutside) {
  const AttemptId attempt =
      start(Object{{"+a", Object{{"sh>", "a"}}}, {"+b", Object{{"sh>", "b"}}}});
  EXPECT_EQ(succeed_all(), "+w+a ");
  EXPECT_EQ(succeed_all(), "+w+b ");
  EXPECT_TRUE(store_.find_attempt(attempt)->done);
}

TEST_F(ExecutorTest, QueuesManyTasksInSeveralCommits) {
  Executor executor{
      {store_, clock_, environment_, run_options_, {{}, 1'000}, {}, {}, {}, {.queued_tasks = 2}}};
  Object tasks{{"_parallel", true}};
  for (int n = 0; n < 5; ++n) tasks.set("+t" + std::to_string(n), Object{{"sh>", "a"}});
  StartRequest request;
  request.workflow = {{0}, {1}, "default", "1", {}, {"w", "UTC", tasks}};
  executor.start_attempt(request);
  for (const std::size_t queued : {2u, 2u, 1u}) {
    ASSERT_TRUE(executor.run_batch());
    EXPECT_EQ(store_.claim(lease_, 100).size(), queued);
  }
  EXPECT_FALSE(executor.run_batch());
}

TEST_F(ExecutorTest, StoresResultsThatNothingWaitsForTogether) {
  Executor executor{{store_,
                     clock_,
                     environment_,
                     run_options_,
                     {{}, 1'000},
                     {},
                     {},
                     {},
                     {.commit_delay = std::chrono::milliseconds(10)}}};
  StartRequest request;
  request.workflow = {{0},
                      {1},
                      "default",
                      "1",
                      {},
                      {"w", "UTC",
                       Object{{"_parallel", true},
                              {"+a", Object{{"sh>", "a"}}},
                              {"+b", Object{{"sh>", "b"}}},
                              {"+c", Object{{"sh>", "c"}}}}}};
  const AttemptId attempt = executor.start_attempt(request).state.attempt;
  ASSERT_TRUE(executor.run_batch());  // somebody waits for what is queued
  std::vector<store::Claim> claims = store_.claim(lease_, 100);
  int settled = 0;
  const auto succeed = [&] {
    const store::Claim claim = claims.back();
    claims.pop_back();
    executor.post(attempt, engine::TaskSucceeded{claim.task, claim.run, {}},
                  store::Ownership{claim.entry, lease_.id, lease_.epoch}, [&] { ++settled; });
    return executor.run_batch();
  };
  ASSERT_EQ(claims.size(), 3u);
  EXPECT_FALSE(succeed());
  EXPECT_EQ(executor.next_wake(), clock_.now() + std::chrono::milliseconds(10));
  clock_.advance(std::chrono::milliseconds(4));
  EXPECT_FALSE(succeed());
  EXPECT_EQ(executor.next_wake(), clock_.now() + std::chrono::milliseconds(6));
  EXPECT_EQ(settled, 0);
  clock_.advance(std::chrono::milliseconds(6));
  EXPECT_TRUE(executor.run_batch());
  EXPECT_EQ(settled, 2);
  EXPECT_TRUE(succeed()) << "the attempt is done: that waits for nothing";
  EXPECT_TRUE(store_.find_attempt(attempt)->done);
}

class CountingObserver : public Observer {
 public:
  void committed(const store::AttemptInfo&, const engine::Attempt& attempt,
                 const std::vector<engine::TaskIndex>& changed) override {
    ++calls;
    done = attempt.done();
    rows = changed.size();
  }
  int calls = 0;
  bool done = false;
  std::size_t rows = 0;
};

TEST_F(ExecutorTest, TellsItsObserverOfAnAttemptThatWasDoneAtOnce) {
  CountingObserver observer;
  Executor executor{{store_, clock_, environment_, run_options_, {{}, 1'000}, {}, &observer, {}}};
  StartRequest request;
  request.workflow = {{0}, {1}, "default", "1", {}, {"w", "UTC", Object{{"+g", Object{}}}}};
  executor.start_attempt(request);
  for (int batches = 0; executor.run_batch(); ++batches) ASSERT_LT(batches, 10);
  EXPECT_EQ(observer.calls, 1);
  EXPECT_TRUE(observer.done);
  EXPECT_EQ(observer.rows, 2u);
}

TEST_F(ExecutorTest, FindsTheAttemptThatItsSessionHas) {
  const Object workflow{{"+a", Object{{"sh>", "a"}}}};
  const AttemptId first = start(workflow);
  EXPECT_EQ(start(workflow), first);
  EXPECT_NE(start(workflow, Instant(seconds(1))), first);
}

// Others make the same session between the reservation of its ids and its insertion, once.
class RacedStore : public store::MemoryStore {
 public:
  std::optional<store::AttemptState> insert_attempts(
      std::span<const store::NewAttempt> attempts) override {
    if (!std::exchange(raced_, true)) throw Error("conflict", "raced");
    return MemoryStore::insert_attempts(attempts);
  }

 private:
  bool raced_ = false;
};

TEST_F(ExecutorTest, TriesAStartAgainThatOthersRaceWith) {
  RacedStore store;
  Executor executor{{store, clock_, environment_, run_options_, {{}, 1'000}}};
  StartRequest request;
  request.workflow = {{0}, {1}, "default", "1", {}, {"w", "UTC", Object{{"+g", Object{}}}}};
  const Executor::Started started = executor.start_attempt(request);
  EXPECT_TRUE(started.is_new);
  EXPECT_TRUE(store.find_attempt(started.state.attempt));
}

// The first commit fails, and whoever listens hears at once that there is something to do.
class FullStore : public store::MemoryStore {
 public:
  std::unique_ptr<store::Notices::Subscription> watch(store::Listener listener) override {
    listener_ = listener;
    return MemoryStore::watch(std::move(listener));
  }
  std::vector<store::CommitResult> commit(std::span<const store::Commit> commits) override {
    const auto now = std::chrono::steady_clock::now();
    if (!std::exchange(failed_at_, failed_at_.value_or(now))) {
      listener_({.missed = true});
      throw Error("database", "the disk is full");
    }
    if (!std::exchange(tried_again_, true)) pause.set_value(now - *failed_at_);
    return MemoryStore::commit(commits);
  }

  std::promise<std::chrono::steady_clock::duration> pause;

 private:
  store::Listener listener_;
  std::optional<std::chrono::steady_clock::time_point> failed_at_;
  bool tried_again_ = false;
};

TEST_F(ExecutorTest, PausesWhenTheStoreFailsWhateverComes) {
  FullStore store;
  auto pause = store.pause.get_future();
  const SystemClock clock;
  Executor executor{{store, clock, environment_, run_options_, {{}, 1'000}}};
  executor.start();
  StartRequest request;
  request.workflow = {{0}, {1}, "default", "1", {}, {"w", "UTC", Object{{"+g", Object{}}}}};
  executor.start_attempt(request);
  ASSERT_EQ(pause.wait_for(seconds(20)), std::future_status::ready);
  EXPECT_GE(pause.get(), seconds(1));
  executor.stop();
}

TEST_F(ExecutorTest, IgnoresAResultWhoseClaimIsLost) {
  const AttemptId attempt = start(Object{{"+a", Object{{"sh>", "a"}}}});
  const store::Claim claim = store_.claim(lease_, 1).front();
  const store::Ownership lost{claim.entry, lease_.id, lease_.epoch};
  store_.close_lease(lease_);
  lease_ = store_.open_lease("test", seconds(1'000));
  executor_.post(attempt, engine::TaskFailed{claim.task, claim.run, {}}, lost);
  run();
  EXPECT_FALSE(store_.find_attempt(attempt)->done);
  EXPECT_EQ(succeed_all(), "+w+a ");
  EXPECT_TRUE(store_.find_attempt(attempt)->success);
}

TEST_F(ExecutorTest, GoesOnWithAnAttemptThatAnotherExecutorLeft) {
  const AttemptId attempt =
      start(Object{{"+a", Object{{"sh>", "a"}}}, {"+b", Object{{"sh>", "b"}}}});
  const store::Claim claim = store_.claim(lease_, 1).front();
  Executor other{{store_, clock_, environment_, run_options_, {{}, 1'000}, {}, {}, {}}};
  other.post(attempt, engine::TaskSucceeded{claim.task, claim.run, {}},
             store::Ownership{claim.entry, lease_.id, lease_.epoch});
  while (other.run_batch()) {
  }
  // The first executor still has the older tree: its commit is refused and done again.
  EXPECT_EQ(succeed_all(), "+w+b ");
  EXPECT_TRUE(store_.find_attempt(attempt)->success);
}

TEST_F(ExecutorTest, WakesForRetriesWhenTheyAreDue) {
  const AttemptId attempt = start(Object{{"+a", Object{{"sh>", "a"}}}});
  const store::Claim claim = store_.claim(lease_, 1).front();
  executor_.post(attempt, engine::TaskRetry{claim.task, claim.run, seconds(10), {}},
                 store::Ownership{claim.entry, lease_.id, lease_.epoch});
  run();
  EXPECT_LE(executor_.next_wake(), Instant(seconds(10)));
  EXPECT_EQ(succeed_all(), "");
  clock_.advance(seconds(10));
  run();
  EXPECT_EQ(succeed_all(), "+w+a ");
  EXPECT_TRUE(store_.find_attempt(attempt)->success);
}

TEST_F(ExecutorTest, CancelsAnAttemptThatTakesTooLong) {
  Dependencies limited{store_, clock_, environment_, run_options_, {{}, 1'000}};
  limited.time_to_live.attempt = seconds(100);
  Executor executor(std::move(limited));
  StartRequest request;
  request.workflow = {{0}, {1}, "default",
                      "1", {},  {"w", "UTC", Object{{"+a", Object{{"sh>", "a"}}}}}};
  const AttemptId attempt = executor.start_attempt(request).state.attempt;
  while (executor.run_batch()) {
  }
  EXPECT_EQ(store_.next_wake(), Instant(seconds(100)));
  clock_.advance(seconds(100));
  while (executor.run_batch()) {
  }
  EXPECT_TRUE(store_.claim(lease_, 1).at(0).canceled);
  EXPECT_TRUE(store_.load(attempt)->attempt.cancel_requested);
}

TEST_F(ExecutorTest, MarksTheRunsOfAKilledAttemptAsCanceled) {
  const AttemptId attempt = start(Object{{"+a", Object{{"sh>", "a"}}}});
  executor_.post(attempt, engine::Kill{});
  run();
  const store::Claim claim = store_.claim(lease_, 1).front();
  EXPECT_TRUE(claim.canceled);
  executor_.post(attempt, engine::TaskFailed{claim.task, claim.run, {}},
                 store::Ownership{claim.entry, lease_.id, lease_.epoch});
  run();
  EXPECT_TRUE(store_.find_attempt(attempt)->done);
  EXPECT_FALSE(store_.find_attempt(attempt)->success);
}

}  // namespace
}  // namespace mogura::executor
