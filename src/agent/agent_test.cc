#include "agent/agent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "base/mutex.h"
#include "executor/attempt_gateway.h"
#include "executor/task_requests.h"
#include "store/memory_store.h"

namespace mogura::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{20};
constexpr seconds kLifetime{10};

/// A clock that is set while others read it.
class SharedClock : public Clock {
 public:
  Instant now() const override { return Instant(steady_.load()); }
  Duration steady() const override { return steady_; }
  void advance(Duration by) { steady_ = steady_.load() + by; }

 private:
  std::atomic<Duration> steady_{};
};

/// What happens in the threads of an agent, to be waited for.
class Events {
 public:
  void add(const std::string& event) {
    MutexLock lock(mutex_);
    events_.push_back(event);
    changed_.notify_all();
  }
  /// False where the event does not come the `count`th time.
  bool wait_for(const std::string& event, std::ptrdiff_t count = 1) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    MutexLock lock(mutex_);
    while (std::count(events_.begin(), events_.end(), event) < count) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      changed_.wait_until(mutex_, deadline);
    }
    return true;
  }
  std::ptrdiff_t count(const std::string& event) {
    MutexLock lock(mutex_);
    return std::count(events_.begin(), events_.end(), event);
  }

 private:
  Mutex mutex_;
  Condition changed_;
  std::vector<std::string> events_ MOGURA_GUARDED_BY(mutex_);
};

/// A store whose queue has what a test puts into it, and which leaves callers without an answer
/// while it is silent.
class SilentStore : public store::MemoryStore {
 public:
  SilentStore(Events& events, Value payload) : events_(events), payload_(std::move(payload)) {}

  void be_silent(bool silent) {
    MutexLock lock(mutex_);
    silent_ = silent;
    changed_.notify_all();
  }
  void enqueue() { ++queued_; }
  void tell(const store::Notice& notice) { notices_.send(notice); }

  store::Lease open_lease(const std::string& agent, milliseconds lifetime) override {
    answer("open");
    return MemoryStore::open_lease(agent, lifetime);
  }
  std::optional<store::Renewal> renew_lease(const store::Lease&) override {
    answer("renew");
    return store::Renewal{};
  }
  std::vector<store::Claim> claim(const store::Lease&, std::size_t) override {
    answer("claim");
    if (queued_ == 0) {
      events_.add("nothing to claim");
      return {};
    }
    return {{.entry = {queued_--}, .attempt = {1}, .task = 0, .run = 0, .payload = payload_}};
  }
  std::unique_ptr<store::Notices::Subscription> watch(store::Listener listener) override {
    return notices_.subscribe(std::move(listener));
  }

 private:
  void answer(const std::string& call) {
    events_.add(call);
    MutexLock lock(mutex_);
    while (silent_) changed_.wait(mutex_);
  }

  Events& events_;
  const Value payload_;
  store::Notices notices_;
  std::atomic<std::int64_t> queued_ = 0;
  Mutex mutex_;
  Condition changed_;
  bool silent_ MOGURA_GUARDED_BY(mutex_) = false;
};

/// Commands that run until they are ended by force.
class EndlessCommands : public command::Executor {
 public:
  EndlessCommands(Events& events, const Clock& clock) : events_(events), clock_(clock) {}

  command::CommandId start(const command::Request&, command::Callbacks callbacks) override {
    MutexLock lock(mutex_);
    callbacks_.push_back(std::move(callbacks));
    started_ = callbacks_.size();
    events_.add("command");
    return started_;
  }
  void cancel(command::CommandId) override { events_.add("cancel"); }
  void cancel_within(command::CommandId command, milliseconds at_most) override {
    if (!finish(command)) return;
    gone_at = clock_.steady() + at_most;
    events_.add("force");
  }
  void finish_all() {
    for (command::CommandId command = 1; command <= started_; ++command) finish(command);
  }

  std::atomic<Duration> gone_at{};

 private:
  // False where it had ended before.
  bool finish(command::CommandId command) {
    MutexLock lock(mutex_);
    const auto finished = std::exchange(callbacks_.at(command - 1).finished, nullptr);
    if (finished) finished({137, ""});
    return finished != nullptr;
  }

  Events& events_;
  const Clock& clock_;
  std::atomic<command::CommandId> started_ = 0;
  Mutex mutex_;
  std::vector<command::Callbacks> callbacks_ MOGURA_GUARDED_BY(mutex_);
};

struct NoSecrets : secrets::SecretStore {
  std::optional<std::string> find(ProjectId, const std::string&) const override { return {}; }
};
struct NoNotifier : operators::Notifier {
  void notify(const operators::TaskRequest&, const std::string&) override {}
};
struct NoWorkflows : executor::WorkflowSource {
  std::optional<executor::Workflow> find(ProjectId, const std::string&) const override {
    return {};
  }
  std::optional<ProjectId> project_named(const std::string&) const override { return {}; }
};

Value shell_task() {
  operators::TaskRequest request;
  request.task_name = "+w+a";
  request.timezone = "UTC";
  request.local_config = {{"sh>", "sleep 1000"}};
  request.config = request.local_config;
  return executor::to_value(request);
}

class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    store_.enqueue();
    agent_.start();
    EXPECT_TRUE(events_.wait_for("command"));
    EXPECT_TRUE(events_.wait_for("nothing to claim"));
  }
  ~AgentTest() override { stop(); }

  // The agent calls the store and gets no answer.
  void fall_silent(const store::Notice& notice, const std::string& call) {
    const auto before = events_.count(call);
    store_.be_silent(true);
    store_.tell(notice);
    ASSERT_TRUE(events_.wait_for(call, before + 1));
  }
  void advance(Duration by) {
    clock_.advance(by);
    store_.tell({.canceled = true});  // whoever waits looks at the clock
  }
  // Commands that were not ended by force end after `meanwhile`.
  void stop(const std::function<void()>& meanwhile = {}) {
    store_.be_silent(false);
    std::thread stopping([this] { agent_.stop(); });
    if (events_.count("command") > events_.count("force")) {
      EXPECT_TRUE(events_.wait_for("cancel"));
      if (meanwhile) meanwhile();
      commands_.finish_all();
    }
    stopping.join();
  }

  Events events_;
  SharedClock clock_;
  SilentStore store_{events_, shell_task()};
  EndlessCommands commands_{events_, clock_};
  NoSecrets secrets_;
  NoNotifier notifier_;
  NoWorkflows workflows_;
  tmpl::Evaluator templates_;
  const Object system_config_;
  operators::TemporaryDirectories temporary_directories_;
  executor::AttemptGateway gateway_{workflows_, clock_};
  operators::Environment environment_{clock_,
                                      templates_,
                                      secrets_,
                                      system_config_,
                                      gateway_,
                                      notifier_,
                                      temporary_directories_,
                                      1000,
                                      [](std::string_view) {}};
  Agent agent_{{store_,
                clock_,
                environment_,
                {.project_path = std::filesystem::temp_directory_path()},
                commands_,
                [this](AttemptId, const engine::Event&, std::optional<store::Ownership>,
                       const executor::Settled& settled) {
                  events_.add("report");
                  settled();
                },
                {},
                {}},
               {.name = "agent", .heartbeat_interval = seconds(3), .lease_time = kLifetime}};
};

TEST_F(AgentTest, EndsItsTasksBeforeTheLeaseRunsOutThoughTheStoreDoesNotAnswer) {
  fall_silent({.canceled = true}, "renew");
  advance(seconds(8));
  ASSERT_TRUE(events_.wait_for("force"));
  EXPECT_LT(commands_.gone_at.load(), kLifetime);
  EXPECT_EQ(events_.count("renew"), 1) << "it still waits for its first answer";
}

TEST_F(AgentTest, LetsGoOfALeaseWhoseRenewalIsAnsweredTooLate) {
  fall_silent({.canceled = true}, "renew");
  advance(seconds(8));
  ASSERT_TRUE(events_.wait_for("force"));
  store_.enqueue();
  store_.be_silent(false);
  EXPECT_TRUE(events_.wait_for("open", 2));
  EXPECT_TRUE(events_.wait_for("command", 2));
  EXPECT_EQ(events_.count("report"), 0) << "what was ended is not this agent's to report";
}

TEST_F(AgentTest, BeginsNothingThatItWasGivenTooLate) {
  store_.enqueue();
  fall_silent({.queued = true}, "claim");
  advance(seconds(8));
  ASSERT_TRUE(events_.wait_for("force"));
  store_.be_silent(false);
  EXPECT_TRUE(events_.wait_for("open", 2));
  stop();
  EXPECT_EQ(events_.count("command"), 1);
}

TEST_F(AgentTest, KeepsTheLeaseOfTasksThatTakeTheirTimeToEndWhenItStops) {
  stop([this] {
    store_.tell({.canceled = true});
    EXPECT_TRUE(events_.wait_for("renew"));
  });
  EXPECT_EQ(events_.count("force"), 0);
}

}  // namespace
}  // namespace mogura::agent
