// echo>, fail>, if>, wait>, notify> and call>.
#include <gtest/gtest.h>

#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

class ControlTest : public OperatorTest {};

TEST_F(ControlTest, EchoPrintsItsTextAndALineEnd) {
  const auto task_log = std::make_shared<OutputInMemory>();
  const LogScope scope("t", task_log);
  EXPECT_TRUE(std::holds_alternative<Done>(run(R"({"echo>": "one\ntwo"})")));
  EXPECT_EQ(printed, "one\ntwo\n");
  EXPECT_EQ(task_log->text, "one\ntwo\n");
}

TEST_F(ControlTest, EchoTakesScalarsOnly) {
  run(R"({"echo>": true})");
  run(R"({"echo>": 1.50})");
  EXPECT_EQ(printed, "true\n1.5\n");
  EXPECT_EQ(message(run(R"({"echo>": ["a", "b"]})")),
            R"(Expected string type for key '_command' but got ["a","b"] (array) (config))");
  EXPECT_EQ(message(run(R"({"echo>": null})")),
            "Parameter '_command' is required but not set (config)");
}

TEST_F(ControlTest, EchoDoesNotKnowSecrets) {
  secret_store.values["k"] = "s3cret";
  run(R"({"echo>": "pre ${secret:k}"})");
  EXPECT_EQ(printed, "pre ${secret:k}\n");
}

TEST_F(ControlTest, FailFailsWithItsText) {
  request.config.set("day", "Tuesday");
  const auto outcome = run(R"({"fail>": "bad ${day}"})");
  EXPECT_EQ(value::to_json(std::get<Failure>(outcome).error), R"({"message":"bad Tuesday"})");
  EXPECT_EQ(lines("ERROR"), std::vector<std::string>{"[ERROR] Task +wf+t failed.\nbad Tuesday"});
  EXPECT_EQ(message(run(R"({"fail>": null})")), "");
}

TEST_F(ControlTest, IfRunsTheBlockOfItsCondition) {
  const struct {
    std::string condition;
    std::string result;
  } cases[] = {
      {"true", "then"},
      {"false", "else"},
      {"1", "then"},
      {"0", "else"},
      {"-7", "then"},
      {R"("True")", "then"},
      {R"(" true ")", "then"},
      {R"("FALSE")", "else"},
      {R"("")", "else"},
      {R"("null")", "else"},
      {R"("${2 > 1}")", "then"},
  };
  for (const auto& [condition, result] : cases) {
    const auto outcome = run(R"({"if>": )" + condition + R"(, "_do": {"echo>": "then ${i}"},
                                "_else_do": {"echo>": "else ${i}"}})");
    EXPECT_EQ(subtasks(outcome), R"({"echo>":")" + result + R"( ${i}"})") << condition;
  }
}

TEST_F(ControlTest, IfRefusesOtherConditions) {
  const struct {
    std::string condition;
    std::string got;
  } cases[] = {{R"("yes")", R"("yes" (string))"},
               {R"("${1}")", R"("1" (string))"},
               {"[true]", "[true] (array)"},
               {"2.5", "2.5 (number)"}};
  for (const auto& [condition, got] : cases) {
    EXPECT_EQ(message(run(R"({"if>": )" + condition + R"(, "_do": {"echo>": 1}})")),
              "Expected 'true' or 'false' for key '_command' but got " + got + " (config)");
  }
}

TEST_F(ControlTest, IfNeedsABlock) {
  EXPECT_EQ(message(run(R"({"if>": true})")), "Both _do and _else_do are not specified. (config)");
  EXPECT_EQ(message(run(R"({"if>": true, "_do": {}})")),
            "Both _do and _else_do are not specified. (config)");
  EXPECT_EQ(message(run(R"({"if>": true, "_do": "text"})")),
            "Parameter '_do' must be an object (config)");
  EXPECT_EQ(message(run(R"({"if>": "no"})")),
            R"(Expected 'true' or 'false' for key '_command' but got "no" (string) (config))");
  EXPECT_EQ(subtasks(run(R"({"if>": false, "_do": {"echo>": 1}})")), "{}");
}

TEST_F(ControlTest, WaitPollsUntilItsTimeHasPassed) {
  auto poll = std::get<Poll>(run(R"({"wait>": "10s"})"));
  EXPECT_EQ(poll.interval, std::chrono::seconds(10));
  EXPECT_EQ(value::to_json(poll.state), R"({"wait_start_time_millis":1709596800000})");
  clock.advance(std::chrono::milliseconds(8500));
  poll = std::get<Poll>(run_again(R"({"wait>": "10s"})", poll.state));
  EXPECT_EQ(poll.interval, std::chrono::seconds(1));
  clock.advance(std::chrono::milliseconds(1500));  // exactly the end
  poll = std::get<Poll>(run_again(R"({"wait>": "10s"})", poll.state));
  EXPECT_EQ(poll.interval, std::chrono::seconds(1));
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(std::holds_alternative<Done>(run_again(R"({"wait>": "10s"})", poll.state)));
  EXPECT_EQ(lines("INFO").back(), "[INFO] wait finished. start:2024-03-05T00:00:00Z");
}

TEST_F(ControlTest, WaitPollsAtItsOwnInterval) {
  const auto poll = std::get<Poll>(run(R"({"wait>": "10s", "poll_interval": "1m"})"));
  EXPECT_EQ(poll.interval, std::chrono::seconds(60));
}

TEST_F(ControlTest, ABlockingWaitLooksAtTheClockOnce) {
  const auto poll = std::get<Poll>(run(R"({"wait>": "3s", "blocking": true})"));
  EXPECT_EQ(poll.interval, std::chrono::seconds(3));
  EXPECT_TRUE(
      std::holds_alternative<Done>(run_again(R"({"wait>": "3s", "blocking": true})", poll.state)));
}

TEST_F(ControlTest, AWaitOfNothingWaitsASecond) {
  EXPECT_EQ(std::get<Poll>(run(R"({"wait>": "0s"})")).interval, std::chrono::seconds(1));
}

TEST_F(ControlTest, WaitChecksItsParameters) {
  EXPECT_EQ(message(run(R"({"wait>": 90})")), "Invalid configuration (config)");
  EXPECT_EQ(lines("ERROR").back(),
            "[ERROR] Configuration error at task +wf+t: Invalid configuration (config)\n"
            "> Invalid duration (date time parse)");
  EXPECT_EQ(message(run(R"({"wait>": "1s", "blocking": true, "poll_interval": "5s"})")),
            "poll_interval can't be specified with blocking:true (config)");
  EXPECT_EQ(
      message(run(R"({"wait>": "1s", "poll_interval": 5})")),
      "Expected class io.digdag.util.DurationParam for key 'poll_interval' but got 5 (number) "
      "(config)");
}

TEST_F(ControlTest, NotifyDeliversItsText) {
  EXPECT_TRUE(std::holds_alternative<Done>(run(R"({"notify>": "hello"})")));
  EXPECT_EQ(notifier.messages, std::vector<std::string>{"+wf+t: hello"});
  notifier.error = Error("io", "refused");
  EXPECT_EQ(message(run(R"({"notify>": "hello"})")), "Sending notification failed (notification)");
}

TEST_F(ControlTest, CallTakesTheTasksOfAnotherFile) {
  project.write("other.dig", "_export: {w: 1}\ntimezone: Asia/Tokyo\n+x:\n  echo>: ${w}\n");
  const std::string tasks = R"({"_export":{"w":1},"+x":{"echo>":"${w}"}})";
  EXPECT_EQ(subtasks(run(R"({"call>": "other"})")), tasks);
  EXPECT_EQ(subtasks(run(R"({"call>": "other.dig"})")), tasks);
}

TEST_F(ControlTest, CallWorksInTheDirectoryOfTheFile) {
  project.write("sub/deep/two.dig", "+x:\n  echo>: x\n");
  EXPECT_EQ(subtasks(run(R"({"call>": "sub/deep/two"})")),
            R"({"_export":{"_workdir":"sub/deep"},"+x":{"echo>":"x"}})");
  request.config.set("_workdir", "sub");
  EXPECT_EQ(subtasks(run(R"({"call>": "deep/two"})")),
            R"({"_export":{"_workdir":"sub/deep"},"+x":{"echo>":"x"}})");
  project.write("top.dig", "+y:\n  echo>: y\n");
  EXPECT_EQ(subtasks(run(R"({"call>": "../top"})")), R"({"+y":{"echo>":"y"}})");
}

TEST_F(ControlTest, CallFailsOnFilesThatItCannotTake) {
  EXPECT_EQ(message(run(R"({"call>": "nope"})")),
            "File not found: " + (project.path() / "nope.dig").string() + " (config)");
  project.write("sub/broken.dig", "foo: 1\n");
  EXPECT_EQ(message(run(R"({"call>": "sub/broken"})")),
            "Workflow 'sub/broken' includes unknown keys: [foo] (config)");
  EXPECT_EQ(message(run(R"({"call>": "../../etc/x"})")),
            "File name must not be outside of project path (" + project.path().string() +
                "): ../../etc/x.dig (illegal argument)");
  request.config.set("_workdir", "../other");
  EXPECT_EQ(message(run(R"({"call>": "x"})")),
            "Working directory must not be outside of project path (" + project.path().string() +
                "): ../other (illegal argument)");
}

}  // namespace
}  // namespace mogura::operators
