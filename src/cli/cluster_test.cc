// Servers that share a PostgreSQL: what one of them stores, the others act on at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <future>
#include <map>
#include <set>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "cli/engine.h"
#include "cli/testing/temp_directory.h"
#include "store/postgres/connection.h"
#include "store/postgres/database.h"
#include "store/testing/postgres_server.h"
#include "value/json.h"
#include "workflow/yaml.h"

extern char** environ;

namespace mogura::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Whoever polls instead of listening takes longer: a sweep comes once a minute.
constexpr seconds kAtOnce{10};
constexpr seconds kPatience{30};

class NoSecretsInCluster : public secrets::SecretStore {
 public:
  std::optional<std::string> find(ProjectId, const std::string&) const override {
    return std::nullopt;
  }
};
class NoNotifierInCluster : public operators::Notifier {
 public:
  void notify(const operators::TaskRequest&, const std::string&) override {}
};
class NoWorkflowsInCluster : public executor::WorkflowSource {
 public:
  std::optional<executor::Workflow> find(ProjectId, const std::string&) const override {
    return std::nullopt;
  }
  std::optional<ProjectId> project_named(const std::string&) const override { return std::nullopt; }
};

// Which attempts have ended, on whichever server.
class Ends : public executor::Observer {
 public:
  void committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                 const std::vector<engine::TaskIndex>&) override {
    if (!attempt.done()) return;
    {
      MutexLock lock(mutex_);
      success_[info.id] = attempt.success();
    }
    changed_.notify_all();
  }
  // Whether it was a success; absent: it did not end in time.
  std::optional<bool> wait_for(AttemptId attempt, milliseconds time = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    MutexLock lock(mutex_);
    while (!success_.contains(attempt) && std::chrono::steady_clock::now() < deadline) {
      changed_.wait_until(mutex_, deadline);
    }
    const auto found = success_.find(attempt);
    return found == success_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  Mutex mutex_;
  Condition changed_;
  std::map<AttemptId, bool> success_ MOGURA_GUARDED_BY(mutex_);
};

// Lines that commands write into a named pipe.
class Pipe {
 public:
  explicit Pipe(const std::filesystem::path& path)
      : fd_((::mkfifo(path.c_str(), 0600), ::open(path.c_str(), O_RDWR | O_CLOEXEC))) {}
  // What has come when something comes; empty: nothing came in time.
  std::string wait(milliseconds time = kPatience) {
    pollfd waiting = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(time.count())) <= 0) return "";
    std::array<char, 256> bytes;
    const auto count = ::read(fd_.get(), bytes.data(), bytes.size());
    return std::string(bytes.data(), static_cast<std::size_t>(count));
  }

 private:
  UniqueFd fd_;
};

executor::StartRequest request_of(const std::string& tasks) {
  executor::StartRequest request;
  request.workflow = {{0}, {1}, "p",
                      "1", {},  {"w", "UTC", workflow::parse_yaml(tasks).as_object()}};
  return request;
}

// One server of the cluster, with connections of its own.
class Node {
 public:
  enum class Parts { all, executor_only };

  Node(const store::postgres::Options& options, const TempDirectory& place,
       const agent::Options& agent, Parts parts, Ends& ends)
      : database_(store::postgres::open_database(options)) {
    EngineOptions made;
    made.store = database_.get();
    made.workflows = &workflows_;
    made.limits.max_tasks = 1'000;
    made.run_options.project_path = place.path();
    made.agent = agent;
    made.command_environment = command::read_environment(environ);
    made.secrets = &secrets_;
    made.notifier = &notifier_;
    made.temporary_directories = &temporary_directories_;
    made.observer = &ends;
    made.print = [](std::string_view) {};
    made.runs_agent = parts == Parts::all;
    engine_.emplace(std::move(made));
    engine_->start();
  }
  ~Node() { engine_->stop(); }

  executor::Executor& executor() { return engine_->executor(); }
  AttemptId start(const std::string& tasks) {
    return executor().start_attempt(request_of(tasks)).state.attempt;
  }

 private:
  const NoSecretsInCluster secrets_;
  NoNotifierInCluster notifier_;
  operators::TemporaryDirectories temporary_directories_;
  const NoWorkflowsInCluster workflows_;
  std::unique_ptr<store::Database> database_;
  std::optional<Engine> engine_;
};

class ClusterTest : public ::testing::Test {
 protected:
  using Parts = Node::Parts;
  std::unique_ptr<Node> make_node(Parts parts = Parts::all, agent::Options agent = {}) {
    agent.name = "agent" + std::to_string(++nodes_);
    return std::make_unique<Node>(lent_->options(), place_, agent, parts, ends_);
  }

  TempDirectory place_;
  Pipe said_{place_ / "said"};
  Ends ends_;
  std::unique_ptr<store::testing::PostgresServer::Database> lent_ =
      store::testing::PostgresServer::instance().lend_database();
  int nodes_ = 0;
};

// Each agent takes one task at a time, and +b and +c wait for one another: both agents must run one
// of them, whichever of the two ended +a.
TEST_F(ClusterTest, AgentsOfAllServersTakeWhatOneOfThemMadeReady) {
  const auto one = make_node(Parts::all, {.max_tasks = 1});
  const auto two = make_node(Parts::all, {.max_tasks = 1});
  const AttemptId attempt = one->start(R"(
+a: {sh>: echo a > said}
+both:
  _parallel: true
  +b: {sh>: "touch b; until test -e c; do sleep 0.01; done"}
  +c: {sh>: "touch c; until test -e b; do sleep 0.01; done"}
)");
  EXPECT_EQ(said_.wait(), "a\n");
  EXPECT_EQ(ends_.wait_for(attempt, kAtOnce), true);
}

TEST_F(ClusterTest, AKillThatOneServerIsAskedForEndsTheCommandOfAnother) {
  const auto asked = make_node(Parts::executor_only);
  const auto runs =
      make_node(Parts::all, {.heartbeat_interval = seconds(60), .lease_time = seconds(200)});
  const AttemptId attempt = asked->start("+a: {sh>: echo begun > said; sleep 600}");
  EXPECT_EQ(said_.wait(), "begun\n");
  asked->executor().post(attempt, engine::Kill{});
  EXPECT_EQ(ends_.wait_for(attempt, kAtOnce), false);
}

TEST_F(ClusterTest, ManyStartsOfOneSessionMakeOneAttempt) {
  const auto one = make_node(Parts::executor_only);
  const auto two = make_node(Parts::executor_only);
  constexpr int kStarts = 8;
  for (const std::string name : {"", "again"}) {
    std::vector<std::future<executor::Executor::Started>> starts;
    for (int i = 0; i < kStarts; ++i) {
      Node& node = i % 2 == 0 ? *one : *two;
      starts.push_back(std::async(std::launch::async, [&node, &name] {
        executor::StartRequest request = request_of("+a: {sh>: 'true'}");
        if (!name.empty()) request.retry_attempt_name = name;
        return node.executor().start_attempt(request);
      }));
    }
    std::set<AttemptId> attempts;
    int made = 0;
    for (auto& start : starts) {
      const executor::Executor::Started started = start.get();
      attempts.insert(started.state.attempt);
      made += started.is_new ? 1 : 0;
    }
    EXPECT_EQ(made, 1) << name;
    EXPECT_EQ(attempts.size(), 1u) << name;
  }
}

TEST_F(ClusterTest, AnotherServerGoesOnWithWhatOneHasStartedAndLeft) {
  const auto other = make_node();
  auto gone = make_node(Parts::executor_only);
  const AttemptId attempt = gone->start("+a: {sh>: echo begun > said}");
  gone.reset();
  EXPECT_EQ(said_.wait(), "begun\n");
  EXPECT_EQ(ends_.wait_for(attempt), true);
}

TEST_F(ClusterTest, ServersWithNothingToDoAskNothing) {
  const agent::Options hasty{.heartbeat_interval = milliseconds(50)};
  const auto one = make_node(Parts::all, hasty);
  const auto two = make_node(Parts::all, hasty);
  ASSERT_EQ(ends_.wait_for(one->start("+a: {sh>: 'true'}")), true);

  store::postgres::Connection counter(lent_->options());
  counter.run_script("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  const auto statements = [&] {
    return counter.run("SELECT sum(calls)::bigint FROM pg_stat_statements", {})[0].number();
  };
  // At first they let go of their leases, and see that there are none any more.
  constexpr int kSecondsToCalmDown = 10;
  std::int64_t asked = 0;
  for (int tries = 0; tries < kSecondsToCalmDown; ++tries) {
    const std::int64_t before = statements();
    EXPECT_EQ(said_.wait(seconds(1)), "");
    asked = statements() - before - 1;  // without the counting
    if (asked == 0) break;
  }
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace mogura::cli
