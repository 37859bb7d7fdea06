#include "process/warden.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "process/testing/running_child.h"

namespace mogura::process {
namespace {

using testing::kPatience;
using testing::RunningChild;
using testing::shell;
using testing::Watched;

/// A program that runs `body` until it is killed, and tells us a line.
class Victim {
 public:
  template <class Body>
  explicit Victim(Body body) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      ::alarm(static_cast<unsigned>(kPatience.count()));
      const auto tell = [&](const std::string& line) {
        const std::string text = line + "\n";
        if (::write(ends[1], text.data(), text.size()) < 0) ::_exit(1);
      };
      [&]() noexcept { body(tell); }();
      ::_exit(0);
    }
    ::close(ends[1]);
    from_ = UniqueFd(ends[0]);
  }

  pid_t pid() const { return pid_; }

  std::string read_line() const {
    std::string line;
    for (char c = 0; ::read(from_.get(), &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  void kill() const {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
  UniqueFd from_;
};

std::vector<pid_t> numbers_in(const std::string& line) {
  std::istringstream words(line);
  std::vector<pid_t> numbers;
  for (pid_t number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

/// The child of `parent` that is called `name`; 0 where there is none.
pid_t find_child(pid_t parent, const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream stream(entry.path() / "stat");
    std::string stat;
    std::getline(stream, stat);
    const std::size_t end = stat.rfind(") ");
    if (end == std::string::npos || !stat.contains('(' + name + ')')) continue;
    std::istringstream rest(stat.substr(end + 2));
    std::string state;
    pid_t its_parent = 0;
    rest >> state >> its_parent;
    if (its_parent == parent) return std::stoi(entry.path().filename().native());
  }
  return 0;
}

/// The warden of `parent`, which gives itself its name soon after its start.
pid_t warden_of(pid_t parent) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  pid_t warden = 0;
  while (warden == 0 && std::chrono::steady_clock::now() < deadline) {
    warden = find_child(parent, "mogura-warden");
  }
  return warden;
}

TEST(Warden, KillsChildrenAndGrandchildrenOfAKilledProgram) {
  const Victim victim([](const auto& tell) {
    Supervisor supervisor({});
    supervisor.start();
    const RunningChild child(
        supervisor, shell("trap '' TERM HUP INT; sleep 1000 & a=$!; sleep 1000 >/dev/null 2>&1 &"
                          " echo $$ $a $!; wait"));
    const RunningChild ended_leader(supervisor, shell("sleep 1000 & echo $!"));
    tell(child.wait_for_line() + " " + ended_leader.wait_for_line());
    ::pause();
  });
  const std::vector<pid_t> pids = numbers_in(victim.read_line());
  ASSERT_EQ(pids.size(), 4U);
  const std::vector<Watched> processes(pids.begin(), pids.end());
  const Watched warden(warden_of(victim.pid()));
  for (const Watched& process : processes) EXPECT_TRUE(process.is_alive());
  victim.kill();
  for (const Watched& process : processes) EXPECT_TRUE(process.ends_within(kPatience));
  EXPECT_TRUE(warden.ends_within(kPatience));
}

TEST(Warden, KillsHundredsOfGroupsAmongThoseThatCameAndWent) {
  const Victim victim([](const auto& tell) {
    Supervisor supervisor({});
    supervisor.start();
    std::string pids;
    for (int i = 0; i < 500; ++i) RunningChild(supervisor, shell("exit 0")).wait();
    for (int i = 0; i < 200; ++i) {
      pids += RunningChild(supervisor, shell("echo $$; exec sleep 1000")).wait_for_line() + " ";
    }
    tell(pids);
    ::pause();
  });
  const std::vector<pid_t> pids = numbers_in(victim.read_line());
  ASSERT_EQ(pids.size(), 200U);
  const std::vector<Watched> processes(pids.begin(), pids.end());
  victim.kill();
  for (const Watched& process : processes) EXPECT_TRUE(process.ends_within(kPatience));
}

TEST(Warden, LeavesAloneWhatACommandThatHasEndedHasLeftBehind) {
  const Victim victim([](const auto& tell) {
    Supervisor supervisor({});
    supervisor.start();
    const RunningChild ended(supervisor, shell("sleep 1000 >/dev/null 2>&1 & echo $!"));
    ended.wait();
    const RunningChild running(supervisor, shell("echo $$; exec sleep 1000"));
    tell(ended.wait_for_line() + " " + running.wait_for_line());
    ::pause();
  });
  const std::vector<pid_t> pids = numbers_in(victim.read_line());
  ASSERT_EQ(pids.size(), 2U);
  const Watched left(pids[0]);
  const Watched running(pids[1]);
  const Watched warden(warden_of(victim.pid()));
  victim.kill();
  EXPECT_TRUE(running.ends_within(kPatience));
  EXPECT_TRUE(warden.ends_within(kPatience));
  EXPECT_TRUE(left.is_alive());
  ::kill(pids[0], SIGKILL);
}

TEST(Warden, SurvivesWhatATerminalOrAServiceManagerSends) {
  const Victim victim([](const auto& tell) {
    Supervisor supervisor({});
    supervisor.start();
    const RunningChild running(supervisor, shell("echo $$; exec sleep 1000"));
    tell(running.wait_for_line());
    ::pause();
  });
  const Watched running(std::stoi(victim.read_line()));
  const pid_t warden_pid = warden_of(victim.pid());
  const Watched warden(warden_pid);
  EXPECT_EQ(::getsid(warden_pid), warden_pid);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::kill(warden_pid, number);
  victim.kill();
  EXPECT_TRUE(running.ends_within(kPatience));
  EXPECT_TRUE(warden.ends_within(kPatience));
}

TEST(Warden, HoldsNothingOpen) {
  Warden warden;
  warden.start();
  const pid_t pid = warden_of(::getpid());
  ASSERT_NE(pid, 0);
  // It says its name first and closes its descriptors right after.
  const auto directory = "/proc/" + std::to_string(pid) + "/fd";
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::vector<std::string> open;
  do {
    open.clear();
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      open.push_back(entry.path().filename());
    }
  } while (open.size() != 1 && std::chrono::steady_clock::now() < deadline);
  EXPECT_EQ(open, std::vector<std::string>{"0"});
  const Watched process(pid);
  warden.stop();
  EXPECT_FALSE(process.is_alive());
  warden.stop();
}

TEST(Warden, ChildrenRunOnWithoutIt) {
  Supervisor supervisor({});
  supervisor.start();
  const pid_t warden_pid = warden_of(::getpid());
  const Watched warden(warden_pid);
  ::kill(warden_pid, SIGKILL);
  ASSERT_TRUE(warden.ends_within(kPatience));
  EXPECT_EQ(RunningChild(supervisor, shell("exit 5")).wait(), 5);
  supervisor.stop();
}

}  // namespace
}  // namespace mogura::process
