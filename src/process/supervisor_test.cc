#include "process/supervisor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "process/testing/running_child.h"

namespace mogura::process {
namespace {

using testing::command;
using ::testing::HasSubstr;
using testing::RunningChild;
using testing::shell;
using testing::TestDirectory;
using testing::Watched;

constexpr std::chrono::milliseconds kShortGrace{100};

class SupervisorTest : public ::testing::Test {
 protected:
  SupervisorTest() { supervisor_.start(); }

  RunningChild run(const SpawnRequest& request) { return {supervisor_, request}; }

  Supervisor supervisor_{{.kill_grace = kShortGrace, .start_grace = {}}};
};

struct EndCase {
  const char* script;
  int status;
  std::string_view output;
};

class End : public SupervisorTest, public ::testing::WithParamInterface<EndCase> {};

TEST_P(End, HasStatusAndOutput) {
  const RunningChild child = run(shell(GetParam().script));
  EXPECT_EQ(child.wait(), GetParam().status);
  EXPECT_EQ(child.output(), GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(
    All, End,
    ::testing::Values(EndCase{"true", 0, ""}, EndCase{"exit 7", 7, ""},
                      EndCase{"exit 255", 255, ""}, EndCase{"printf 'a\\nb'", 0, "a\nb"},
                      EndCase{"echo out; echo err >&2; echo out", 0, "out\nerr\nout\n"},
                      EndCase{"cat; echo end of input", 0, "end of input\n"},
                      EndCase{"kill -9 $$", 137, ""}, EndCase{"kill -15 $$", 143, ""},
                      EndCase{"kill -1 $$", 129, ""},
                      EndCase{"printf '\\000\\377'", 0, {"\0\xff", 2}}));

TEST_F(SupervisorTest, HandsOnAllOutputInOrder) {
  std::string expected;
  for (int i = 1; i <= 200'000; ++i) expected += std::to_string(i) + '\n';
  const RunningChild child = run(shell("seq 200000"));
  EXPECT_EQ(child.wait(), 0);
  EXPECT_TRUE(child.output() == expected) << child.output().size() << " bytes";
}

TEST_F(SupervisorTest, HandsOnOutputWhileTheChildRuns) {
  const RunningChild child = run(shell("echo first; exec sleep 1000"));
  EXPECT_EQ(child.wait_for_line(), "first");
  EXPECT_FALSE(child.has_exited());
}

long peak_memory_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST_F(SupervisorTest, OutputWithoutEndOfLineCostsNoMemory) {
  constexpr std::size_t kBytes = 200'000'000;
  const long before = peak_memory_kib();
  std::size_t bytes = 0;
  std::promise<int> status;
  supervisor_.spawn(shell("head -c " + std::to_string(kBytes) + " /dev/zero"),
                    {.output = [&](std::string_view chunk) { bytes += chunk.size(); },
                     .exited = [&](int code) { status.set_value(code); }});
  EXPECT_EQ(status.get_future().get(), 0);
  EXPECT_EQ(bytes, kBytes);
  EXPECT_LT(peak_memory_kib() - before, 8 * 1024);
}

TEST_F(SupervisorTest, WaitsForTheOutputOfBackgroundProcesses) {
  const RunningChild child = run(shell("(sleep 0.3; echo late) & echo early; exit 3"));
  EXPECT_EQ(child.wait(), 3);
  EXPECT_EQ(child.output(), "early\nlate\n");
}

TEST_F(SupervisorTest, LeavesABackgroundProcessWithoutOutputAlone) {
  const RunningChild child = run(shell("sleep 1000 >/dev/null 2>&1 & echo $!"));
  EXPECT_EQ(child.wait(), 0);
  const pid_t left = std::stoi(child.output());
  const Watched background(left);
  EXPECT_TRUE(background.is_alive());
  ::kill(left, SIGKILL);
  EXPECT_TRUE(background.ends_within(testing::kPatience));
}

TEST_F(SupervisorTest, RunsManyChildrenAtOnce) {
  constexpr int kChildren = 500;
  const TestDirectory directory;
  const std::string gate = directory.write("gate", "", 0600).native();
  UniqueFd closed_gate(::open(gate.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(closed_gate.get(), LOCK_EX), 0);
  std::vector<RunningChild> children;
  children.reserve(kChildren);
  for (int i = 0; i < kChildren; ++i) {
    const std::string number = std::to_string(i);
    children.push_back(
        run(shell("flock -s " + gate + " echo " + number + "; exit " + std::to_string(i % 200))));
  }
  for (const RunningChild& child : children) EXPECT_FALSE(child.has_exited());
  closed_gate.reset();
  for (int i = 0; i < kChildren; ++i) {
    const RunningChild& child = children[static_cast<std::size_t>(i)];
    EXPECT_EQ(child.wait(), i % 200);
    EXPECT_EQ(child.output(), std::to_string(i) + "\n");
  }
}

TEST_F(SupervisorTest, StartsChildrenFromManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kChildrenEach = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kChildrenEach; ++i) {
        const RunningChild child = run(shell("echo $$; exit 5"));
        EXPECT_EQ(child.wait(), 5);
        EXPECT_FALSE(child.output().empty());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(SupervisorTest, CallbacksMayStartTheNextChild) {
  std::promise<int> second;
  supervisor_.spawn(shell("exit 1"), {.output = [](std::string_view) {},
                                      .exited =
                                          [&](int) {
                                            supervisor_.spawn(
                                                shell("exit 2"),
                                                {.output = [](std::string_view) {},
                                                 .exited = [&](int s) { second.set_value(s); }});
                                          }});
  EXPECT_EQ(second.get_future().get(), 2);
}

TEST_F(SupervisorTest, TerminatesTheWholeGroup) {
  const RunningChild child = run(shell("sleep 1000 & echo $!; wait"));
  const Watched grandchild(std::stoi(child.wait_for_line()));
  supervisor_.terminate(child.id());
  EXPECT_EQ(child.wait(), 143);
  EXPECT_FALSE(grandchild.is_alive());
}

TEST_F(SupervisorTest, KillsWhoIgnoresSigterm) {
  const RunningChild child = run(shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
  child.wait_for_line();
  supervisor_.terminate(child.id());
  EXPECT_EQ(child.wait(), 137);
}

TEST_F(SupervisorTest, EndsAStoppedChild) {
  const RunningChild child = run(shell("echo ready; kill -STOP $$; sleep 1000"));
  child.wait_for_line();
  supervisor_.terminate(child.id());
  EXPECT_EQ(child.wait(), 143);
}

TEST_F(SupervisorTest, KillsAMemberOfTheGroupThatIgnoresSigterm) {
  const RunningChild child = run(shell("(trap '' TERM; echo ready; exec sleep 1000) & wait"));
  child.wait_for_line();
  supervisor_.terminate(child.id());
  EXPECT_EQ(child.wait(), 143);
}

TEST_F(SupervisorTest, AProcessThatHasLeftTheGroupDoesNotHoldUpTheEnd) {
  const RunningChild child = run(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait"));
  const pid_t left = std::stoi(child.wait_for_line());
  const Watched elsewhere(left);
  supervisor_.terminate(child.id());
  EXPECT_EQ(child.wait(), 143);
  EXPECT_TRUE(elsewhere.is_alive());
  ::kill(left, SIGKILL);
}

TEST_F(SupervisorTest, TerminatingWhatHasEndedDoesNothing) {
  const RunningChild child = run(shell("exit 4"));
  EXPECT_EQ(child.wait(), 4);
  supervisor_.terminate(child.id());
  supervisor_.terminate(ChildId{987'654});
  EXPECT_EQ(run(shell("exit 6")).wait(), 6);
}

TEST(SupervisorTermination, GivesAProgramTimeToPrepare) {
  Supervisor supervisor({.start_grace = testing::kPatience});
  supervisor.start();
  const RunningChild child(supervisor, shell("sleep 0.2; echo whole"));
  supervisor.terminate(child.id());
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(child.output(), "whole\n");
}

TEST(SupervisorTermination, ComesWhenTheTimeToPrepareIsOver) {
  Supervisor supervisor({.start_grace = kShortGrace});
  supervisor.start();
  const auto start = std::chrono::steady_clock::now();
  const RunningChild child(supervisor, shell("exec sleep 1000"));
  supervisor.terminate(child.id());
  EXPECT_EQ(child.wait(), 143);
  EXPECT_GE(std::chrono::steady_clock::now() - start, kShortGrace);
}

TEST(SupervisorTermination, EndsWhatAProgramLeavesBehindWhilePreparing) {
  Supervisor supervisor({.start_grace = testing::kPatience});
  supervisor.start();
  const RunningChild child(supervisor,
                           shell("sleep 1000 >/dev/null 2>&1 & echo $!; sleep 0.3; exit 5"));
  const Watched background(std::stoi(child.wait_for_line()));
  supervisor.terminate(child.id());
  EXPECT_EQ(child.wait(), 5);
  EXPECT_FALSE(background.is_alive());
}

TEST(SupervisorTermination, GivesTheGroupTimeToCleanUp) {
  const TestDirectory directory;
  Supervisor supervisor({.kill_grace = testing::kPatience, .start_grace = {}});
  supervisor.start();
  // The leader dies of the signal at once, and the pipe is at end of file then.
  SpawnRequest request = shell(
      "(trap 'sleep 0.2; echo done > cleaned; exit' TERM; exec 3>&1 >/dev/null 2>&1; echo ready "
      ">&3;"
      " exec 3>&-; while :; do sleep 0.01; done) & wait");
  request.directory = directory.path();
  const RunningChild child(supervisor, request);
  child.wait_for_line();
  supervisor.terminate(child.id());
  EXPECT_EQ(child.wait(), 143);
  EXPECT_TRUE(std::filesystem::exists(directory.path() / "cleaned"));
}

struct HurryCase {
  const char* name;
  std::chrono::milliseconds start_grace;
  bool asked_before;
};

class Hurry : public ::testing::TestWithParam<HurryCase> {};

TEST_P(Hurry, KillsTheGroupWhateverTheGracesAre) {
  Supervisor supervisor(
      {.kill_grace = 2 * testing::kPatience, .start_grace = GetParam().start_grace});
  supervisor.start();
  const RunningChild child(supervisor,
                           shell("trap '' TERM; sleep 1000 >/dev/null 2>&1 & echo $!; wait"));
  const Watched background(std::stoi(child.wait_for_line()));
  if (GetParam().asked_before) supervisor.terminate(child.id());
  supervisor.terminate_within(child.id(), kShortGrace);
  EXPECT_EQ(child.wait(), 137);
  EXPECT_FALSE(background.is_alive());
}

INSTANTIATE_TEST_SUITE_P(All, Hurry,
                         ::testing::Values(HurryCase{"Running", {}, false},
                                           HurryCase{"Asked", {}, true},
                                           HurryCase{"Preparing", testing::kPatience, true}),
                         [](const auto& tested) { return tested.param.name; });

TEST(SupervisorStop, DoesNotWaitForTheTimeToPrepare) {
  Supervisor supervisor({.start_grace = testing::kPatience});
  supervisor.start();
  const auto start = std::chrono::steady_clock::now();
  const RunningChild child(supervisor, shell("exec sleep 1000"));
  supervisor.terminate(child.id());
  supervisor.stop();
  EXPECT_EQ(child.wait(), 143);
  EXPECT_LT(std::chrono::steady_clock::now() - start, testing::kPatience);
}

TEST(SupervisorStop, EndsAndReapsAllChildren) {
  const std::size_t before = testing::open_descriptors();
  {
    Supervisor supervisor({.kill_grace = kShortGrace});
    supervisor.start();
    std::vector<RunningChild> children;
    for (int i = 0; i < 30; ++i) children.emplace_back(supervisor, shell("exec sleep 1000"));
    const RunningChild stubborn(supervisor,
                                shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
    stubborn.wait_for_line();
    EXPECT_THROW(supervisor.spawn(command({"no-such-program"}), {}), Error);
    supervisor.stop();
    for (const RunningChild& child : children) {
      ASSERT_TRUE(child.has_exited());
      EXPECT_EQ(child.wait(), 143);
    }
    ASSERT_TRUE(stubborn.has_exited());
    EXPECT_EQ(stubborn.wait(), 137);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // neither a child nor a zombie nor the warden
    EXPECT_EQ(errno, ECHILD);
    supervisor.stop();
  }
  EXPECT_EQ(testing::open_descriptors(), before);
}

TEST(SupervisorStop, LetsNobodyStartAfterwards) {
  Supervisor supervisor({});
  EXPECT_THROW(supervisor.spawn(shell("true"), {}), Error);
  supervisor.start();
  supervisor.stop();
  try {
    supervisor.spawn(shell("true"), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "io");
    EXPECT_THAT(error.message(), HasSubstr("stopped"));
  }
}

TEST(SupervisorStop, WhileOthersStartChildren) {
  Supervisor supervisor({.kill_grace = kShortGrace});
  supervisor.start();
  std::promise<void> first_started;
  std::thread starter([&] {
    std::vector<RunningChild> children;
    try {
      for (int i = 0;; ++i) {
        children.emplace_back(supervisor, shell("exec sleep 1000"));
        if (i == 0) first_started.set_value();
      }
    } catch (const Error&) {
      for (const RunningChild& child : children) EXPECT_EQ(child.wait(), 143);
    }
  });
  first_started.get_future().wait();
  supervisor.stop();
  starter.join();
}

TEST(SupervisorLimits, ChildrenAreRefusedWhereDescriptorsRunOut) {
  const int result = testing::in_own_process([] {
    const rlimit limit{.rlim_cur = 64, .rlim_max = 64};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    Supervisor supervisor({.kill_grace = kShortGrace});
    supervisor.start();
    std::vector<RunningChild> children;
    try {
      for (;;) children.emplace_back(supervisor, shell("exec sleep 1000"));
    } catch (const Error& error) {
      const bool told = error.message().contains("16 commands are running") &&
                        error.message().contains("open files");
      supervisor.terminate(children.front().id());
      children.front().wait();
      const bool goes_on = RunningChild(supervisor, shell("exit 9")).wait() == 9;
      return told && goes_on && children.size() == 16 ? 0 : 1;
    }
  });
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace mogura::process
