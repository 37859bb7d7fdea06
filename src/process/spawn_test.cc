#include "process/spawn.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "process/testing/running_child.h"

namespace mogura::process {
namespace {

using testing::command;
using ::testing::HasSubstr;
using testing::in_own_process;
using testing::RunningChild;
using testing::shell;
using testing::TestDirectory;

class SpawnTest : public ::testing::Test {
 protected:
  SpawnTest() { supervisor_.start(); }

  /// The output of a child that succeeds.
  std::string output_of(const SpawnRequest& request) {
    const RunningChild child(supervisor_, request);
    EXPECT_EQ(child.wait(), 0) << child.output();
    return child.output();
  }

  /// The message of the error with which a child does not start.
  std::string refusal_of(const SpawnRequest& request) {
    try {
      supervisor_.spawn(request, {});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), "io");
      return error.message();
    }
    ADD_FAILURE() << "has started";
    return {};
  }

  SpawnRequest in_directory(std::vector<std::string> argv) {
    SpawnRequest request = command(std::move(argv));
    request.directory = directory_.path();
    return request;
  }

  std::string cannot_run(const std::string& program) {
    return "Cannot run program \"" + program + "\" (in directory \"" + directory_.path().native() +
           "\"): ";
  }

  TestDirectory directory_;
  Supervisor supervisor_{{}};
};

TEST_F(SpawnTest, NamesAProgramThatIsNowhere) {
  EXPECT_EQ(refusal_of(in_directory({"embulk", "run"})),
            cannot_run("embulk") + "No such file or directory");
  EXPECT_EQ(refusal_of(in_directory({"./embulk"})),
            cannot_run("./embulk") + "No such file or directory");
  EXPECT_EQ(refusal_of(in_directory({""})), cannot_run("") + "No such file or directory");
}

TEST_F(SpawnTest, NamesTheDirectoryThatIsMissing) {
  SpawnRequest request = shell("true");
  request.directory = "/no/such";
  EXPECT_EQ(refusal_of(request),
            "Cannot run program \"sh\" (in directory \"/no/such\"): cannot enter the directory: No "
            "such file or directory");
  request.directory = directory_.write("file", "", 0644);
  EXPECT_THAT(refusal_of(request), HasSubstr("cannot enter the directory: Not a directory"));
}

TEST_F(SpawnTest, NamesTheInterpreterThatIsMissing) {
  directory_.write("loader", "#! /no/such/python3 -u\nprint(1)\n", 0755);
  const std::string cause = "its interpreter \"/no/such/python3\": No such file or directory";
  EXPECT_EQ(refusal_of(in_directory({"./loader"})), cannot_run("./loader") + cause);
  SpawnRequest looked_up = in_directory({"loader"});
  looked_up.environment = {{"PATH", "/bin:" + directory_.path().native()}};
  EXPECT_EQ(refusal_of(looked_up), cannot_run("loader") + cause);
}

TEST_F(SpawnTest, TellsWhyAFileIsNoProgram) {
  directory_.write("data", "echo 1\n", 0644);
  EXPECT_EQ(refusal_of(in_directory({"./data"})), cannot_run("./data") + "Permission denied");
  EXPECT_EQ(refusal_of(in_directory({"./data/x"})), cannot_run("./data/x") + "Not a directory");
  EXPECT_EQ(refusal_of(in_directory({"/"})), cannot_run("/") + "Permission denied");
  // That a program is there but may not be executed says more than that elsewhere there is none.
  SpawnRequest looked_up = in_directory({"data"});
  looked_up.environment = {{"PATH", directory_.path().native() + ":/bin:/no/such"}};
  EXPECT_EQ(refusal_of(looked_up), cannot_run("data") + "Permission denied");
}

TEST_F(SpawnTest, TellsWhatMakesACommandTooLong) {
  SpawnRequest request = in_directory({"true"});
  request.environment = {{"PATH", "/bin"}, {"table", std::string(300'000, 'x')}};
  EXPECT_EQ(refusal_of(request),
            cannot_run("true") +
                "Argument list too long (the largest environment variable is \"table\" with 300006 "
                "bytes)");
}

TEST_F(SpawnTest, RefusesWhatNoProgramCanBeGiven) {
  using std::string_literals::operator""s;
  EXPECT_EQ(refusal_of(command({})), "Cannot run an empty command");
  EXPECT_THAT(refusal_of(command({"echo", "a\0b"s})), HasSubstr("NUL"));
  EXPECT_THAT(refusal_of(command({"ec\0ho"s})), HasSubstr("NUL"));
  SpawnRequest request = command({"true"});
  request.directory = std::filesystem::path("/a\0b"s);
  EXPECT_THAT(refusal_of(request), HasSubstr("NUL"));
  for (const std::string& name : {""s, "a=b"s, "a\0b"s}) {
    request = command({"true"});
    request.environment.emplace_back(name, "x");
    EXPECT_THAT(refusal_of(request), HasSubstr("cannot be the name of an environment variable"));
  }
  request = command({"true"});
  request.environment.emplace_back("token", "hidden\0value"s);
  EXPECT_THAT(refusal_of(request), HasSubstr("the environment variable \"token\" holds a NUL"));
  EXPECT_THAT(refusal_of(request), Not(HasSubstr("hidden")));
}

TEST_F(SpawnTest, AFailedStartLeavesNothing) {
  const std::size_t before = testing::open_descriptors();
  for (int i = 0; i < 50; ++i) refusal_of(in_directory({"embulk"}));
  EXPECT_EQ(testing::open_descriptors(), before);
  supervisor_.stop();
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(SpawnTest, LooksTheProgramUpOnTheChildsPath) {
  std::filesystem::create_directory(directory_.path() / "bin");
  directory_.write("bin/greet", "#!/bin/sh\necho hello $1\n", 0755);
  SpawnRequest request = in_directory({"greet", "you"});
  request.environment = {{"PATH", "/no/such:bin:/bin"}};
  EXPECT_EQ(output_of(request), "hello you\n");
  request = in_directory({"bin/greet", "me"});
  EXPECT_EQ(output_of(request), "hello me\n");
}

TEST_F(SpawnTest, AnEmptyEntryOfThePathIsTheChildsDirectory) {
  directory_.write("here", "#!/bin/sh\necho here\n", 0755);
  SpawnRequest request = in_directory({"here"});
  request.environment = {{"PATH", "/bin:"}};
  EXPECT_EQ(output_of(request), "here\n");
}

TEST_F(SpawnTest, WithoutPathTheSystemsDirectoriesAreSearched) {
  SpawnRequest request = shell("echo found");
  request.environment.clear();
  EXPECT_EQ(output_of(request), "found\n");
}

TEST_F(SpawnTest, AnExecutableTextIsAShellScript) {
  directory_.write("plain", "echo script $0 $1\n", 0755);
  EXPECT_EQ(output_of(in_directory({"./plain", "a b"})), "script ./plain a b\n");
}

TEST_F(SpawnTest, WaitsForAWriterOfTheProgram) {
  const std::filesystem::path copy = directory_.path() / "copy";
  std::filesystem::copy_file("/bin/echo", copy);
  UniqueFd writer(::open(copy.c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(refusal_of(in_directory({"./copy"})), cannot_run("./copy") + "Text file busy");
  writer.reset();
  EXPECT_EQ(output_of(in_directory({"./copy", "free"})), "free\n");
}

TEST_F(SpawnTest, TheLastOfEqualVariablesCounts) {
  SpawnRequest request = command({"env"});
  request.environment = {
      {"A", "1"}, {"PATH", "/no"}, {"B", "x=y\nz"}, {"A", "2"}, {"PATH", "/bin"}};
  EXPECT_EQ(output_of(request), "B=x=y\nz\nA=2\nPATH=/bin\n");
}

TEST_F(SpawnTest, InheritsWhatTheRequestDoesNotSay) {
  const InheritedEnvironment inherited({{"A", "0"}, {"A", "1"}, {"PATH", "/bin"}, {"B", "x=y"}});
  SpawnRequest request = command({"env"});
  request.inherited = &inherited;
  request.environment = {};
  EXPECT_EQ(output_of(request), "A=1\nPATH=/bin\nB=x=y\n");
  request.environment = {{"B", "2"}, {"C", "3"}, {"B", "4"}};
  EXPECT_EQ(output_of(request), "A=1\nPATH=/bin\nC=3\nB=4\n");
  request.environment = {{"PATH", "/no/such"}};
  EXPECT_EQ(refusal_of(request),
            "Cannot run program \"env\" (in directory \"/\"): "
            "No such file or directory");
}

TEST_F(SpawnTest, PassesArgumentsAsTheyAre) {
  EXPECT_EQ(output_of(command({"printf", "%s|", "日本語", "", "a b", "\xff\xfe", "$HOME", "*"})),
            "日本語||a b|\xff\xfe|$HOME|*|");
}

TEST_F(SpawnTest, TheChildHasOnlyStandardDescriptors) {
  const UniqueFd inherited(::open("/dev/null", O_RDONLY));               // not close-on-exec
  EXPECT_EQ(output_of(shell("exec ls /proc/self/fd")), "0\n1\n2\n3\n");  // 3 is the listing's own
}

TEST_F(SpawnTest, TheChildLeadsAGroupInItsDirectory) {
  SpawnRequest request = in_directory({"sh", "-c", "ps -o pgid= -p $$; echo $$; pwd"});
  std::string output = output_of(request);
  std::erase(output, ' ');
  const std::string pid = output.substr(0, output.find('\n') + 1);
  EXPECT_EQ(output, pid + pid + directory_.path().native() + "\n");
}

TEST(SpawnSurroundings, SignalsAreHandledByDefaultInTheChild) {
  const int result = in_own_process([] {
    for (const int number : {SIGINT, SIGPIPE, SIGHUP, SIGCHLD}) ::signal(number, SIG_IGN);
    ::signal(SIGUSR1, [](int) {});
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
    Supervisor supervisor({});
    supervisor.start();
    const RunningChild child(supervisor,
                             shell("grep -E '^Sig(Blk|Ign)' /proc/self/status; exit 3"));
    const bool status_is_kept = child.wait() == 3;
    return status_is_kept &&
                   child.output() == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
               ? 0
               : 1;
  });
  EXPECT_EQ(result, 0);
}

TEST(SpawnSurroundings, ClosedStandardDescriptorsDoNoHarm) {
  const int result = in_own_process([] {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) ::close(fd);
    Supervisor supervisor({});
    supervisor.start();
    const RunningChild child(supervisor, shell("cat; echo out; echo err >&2"));
    return child.wait() == 0 && child.output() == "out\nerr\n" ? 0 : 1;
  });
  EXPECT_EQ(result, 0);
}

TEST(SpawnSurroundings, TheChildHasTheLimitOfOpenFilesThatWeWereStartedWith) {
  const int result = in_own_process([] {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 200;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    Supervisor supervisor({});
    supervisor.start();
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const RunningChild child(supervisor, shell("ulimit -n"));
    return child.wait() == 0 && child.output() == "200\n" && limit.rlim_cur == limit.rlim_max ? 0
                                                                                              : 1;
  });
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace mogura::process
