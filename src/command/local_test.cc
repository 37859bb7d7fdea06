#include "command/local.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <future>
#include <string>

#include "base/error.h"

namespace mogura::command {
namespace {

class LocalTest : public ::testing::Test {
 protected:
  LocalTest() {
    std::string name = (std::filesystem::temp_directory_path() / "mogura-command-XXXXXX").native();
    project_ = std::filesystem::canonical(::mkdtemp(name.data()));
    supervisor_.start();
  }
  ~LocalTest() override {
    supervisor_.stop();
    std::filesystem::remove_all(project_);
  }

  Request request(std::vector<std::string> argv) const {
    return {.argv = std::move(argv), .project_path = project_};
  }

  struct Result {
    int status_code;
    std::string output;
    bool operator==(const Result&) const = default;
  };

  /// Runs a command to its end; `on_output` is called after each piece of output.
  Result run(const Request& request, const std::function<void(CommandId)>& on_output = nullptr) {
    std::string output;
    std::promise<Finished> finished;
    std::promise<CommandId> started;
    std::shared_future<CommandId> id = started.get_future().share();
    started.set_value(executor_.start(
        request, {.output =
                      [&, id](std::string_view bytes) {
                        output += bytes;
                        if (on_output) on_output(id.get());
                      },
                  .finished = [&](Finished end) { finished.set_value(std::move(end)); }}));
    const Finished end = finished.get_future().get();
    EXPECT_EQ(end.error_message, "");
    return {end.status_code, output};
  }

  std::filesystem::path project_;
  process::Supervisor supervisor_{{}};
  LocalExecutor executor_{supervisor_, {{"PATH", "/bin:/usr/bin"}, {"OWN", "o"}, {"BOTH", "own"}}};
};

TEST_F(LocalTest, ReportsOutputAndStatus) {
  EXPECT_EQ(run(request({"sh", "-c", "echo out; echo err >&2; exit 3"})),
            (Result{3, "out\nerr\n"}));
  EXPECT_EQ(run(request({"sh", "-c", "kill -9 $$"})), (Result{137, ""}));
}

TEST_F(LocalTest, AddsTheRequestsEnvironmentToItsOwn) {
  Request command = request({"sh", "-c", "echo $OWN $BOTH $ADDED"});
  command.environment = {{"BOTH", "added"}, {"ADDED", "日本"}};
  EXPECT_EQ(run(command), (Result{0, "o added 日本\n"}));
}

TEST_F(LocalTest, RunsInTheWorkDirectoryBelowTheProject) {
  std::filesystem::create_directories(project_ / "a/b");
  Request command = request({"pwd"});
  EXPECT_EQ(run(command).output, project_.native() + "\n");
  command.work_directory = "a/./b/..";
  EXPECT_EQ(run(command).output, (project_ / "a").native() + "\n");
}

TEST_F(LocalTest, NamesTheProgramThatItCannotStart) {
  Request command = request({"embulk", "run"});
  try {
    executor_.start(command, {});
    FAIL();
  } catch (const ProgramMissing& error) {
    EXPECT_EQ(error.text(), "Cannot run program \"embulk\" (in directory \"" + project_.native() +
                                "\"): No such file or directory (io)");
  }
}

TEST_F(LocalTest, DoesNotBlameTheProgramForOtherCauses) {
  Request command = request({"true"});
  command.environment = {{"BIG", std::string(1'000'000, 'x')}};
  try {
    executor_.start(command, {});
    FAIL();
  } catch (const ProgramMissing&) {
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.text(), "Cannot run program \"true\" (in directory \"" + project_.native() +
                                "\"): Argument list too long (the largest environment variable is "
                                "\"BIG\" with 1000004 bytes) (io)");
  }
}

TEST_F(LocalTest, CancelEndsTheCommandAndReportsItsEnd) {
  const Result result = run(request({"sh", "-c", "echo ready; sleep 1000"}),
                            [&](CommandId command) { executor_.cancel(command); });
  EXPECT_EQ(result, (Result{143, "ready\n"}));
}

TEST(ReadEnvironment, SplitsAtTheFirstEqualsSign) {
  const std::array entries{
      "A=1", "B=x=y", "EMPTY=", "=C:=odd", "nothing", "A=2", static_cast<const char*>(nullptr)};
  EXPECT_EQ(read_environment(entries.data()),
            (Environment{{"A", "1"}, {"B", "x=y"}, {"EMPTY", ""}, {"A", "2"}}));
}

}  // namespace
}  // namespace mogura::command
