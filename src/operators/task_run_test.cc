#include "operators/task_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

using Lines = std::vector<std::string>;

class TaskRunTest : public OperatorTest {
 protected:
  /// Runs a sh> task whose command ends with this status.
  TaskRun::Outcome run_command(std::string_view local_json, int status) {
    const auto outcome = run(local_json);
    if (!std::holds_alternative<command::Request>(outcome)) return outcome;
    return task->command_finished({.status_code = status, .error_message = {}});
  }
};

TEST_F(TaskRunTest, ATaskWithoutOperatorSucceeds) {
  EXPECT_EQ(subtasks(run(R"({"a": 1})")), "{}");
}

TEST_F(TaskRunTest, AnUnknownOperatorIsAConfigurationError) {
  EXPECT_EQ(message(run(R"({"nop>": "x"})")), "Unknown task type: nop (config)");
  EXPECT_EQ(lines("INFO ERROR"),
            (Lines{"[INFO] nop>: x",
                   "[ERROR] Configuration error at task +wf+t: Unknown task type: nop (config)"}));
  EXPECT_EQ(message(run(R"({"_type": null})")), "Parameter '_type' is required but null (config)");
}

TEST_F(TaskRunTest, ATemplateErrorFailsTheTaskBeforeItIsAnnounced) {
  const auto outcome = run(R"({"echo>": "${nope}"})");
  EXPECT_EQ(message(outcome),
            "Failed to evaluate a variable ${nope} (ReferenceError: nope is not defined) (config)");
  EXPECT_EQ(lines("INFO"), Lines{});
  const Object& error = std::get<Failure>(outcome).error;
  EXPECT_TRUE(error.contains("stacktrace"));
}

TEST_F(TaskRunTest, AnnouncesTheFirstExecutionAndRarelyLaterOnes) {
  request.started_at = clock.now();
  const auto level_of = [&](int retry_count) {
    log->lines.clear();
    request.retry_count = retry_count;
    run(R"({"wait>": "10d"})");
    return log->lines.front();
  };
  EXPECT_EQ(level_of(0), "[INFO] wait>: 10d");
  EXPECT_EQ(level_of(1), "[DEBUG] (retry: 1) wait>: 10d");
  EXPECT_EQ(level_of(10), "[DEBUG] (retry: 10) wait>: 10d");
  clock.advance(std::chrono::minutes(31));
  EXPECT_EQ(level_of(10), "[INFO] wait>: 10d");
  EXPECT_EQ(level_of(11), "[DEBUG] (retry: 11) wait>: 10d");
}

TEST_F(TaskRunTest, AFailingCommandIsAnUnexpectedError) {
  const auto outcome = run_command(R"({"sh>": "exit 3"})", 3);
  const Object& error = std::get<Failure>(outcome).error;
  EXPECT_EQ(value::to_json(*error.find("message")), "\"Command failed with code 3 (runtime)\"");
  EXPECT_EQ(value::to_json(*error.find("stacktrace")), "\"Command failed with code 3 (runtime)\"");
  EXPECT_EQ(lines("ERROR"),
            Lines{"[ERROR] Task failed with unexpected error: Command failed with code 3"});
}

TEST_F(TaskRunTest, ACommandThatCannotStartFailsWithAdvice) {
  run(R"({"py>": "m.f"})");
  const auto outcome =
      task->command_not_started(command::ProgramMissing("io", "python: No such file or directory"));
  EXPECT_EQ(message(outcome),
            "python: No such file or directory. Set `python:` to the interpreter, for instance "
            "`python: python3` (io)");
}

TEST_F(TaskRunTest, ACommandThatCannotStartForAnotherCauseIsLeftWithoutAdvice) {
  run(R"({"py>": "m.f"})");
  EXPECT_EQ(message(task->command_not_started(Error("io", "Argument list too long"))),
            "Argument list too long (io)");
}

TEST_F(TaskRunTest, RetriesConsumeFailures) {
  const std::string local = R"({"sh>": "exit 1", "_retry": {"limit": 2, "interval": 5}})";
  auto poll = std::get<Poll>(run_command(local, 1));
  EXPECT_EQ(poll.interval, std::chrono::seconds(5));
  EXPECT_EQ(value::to_json(poll.state), R"({"retry_count":1})");
  EXPECT_EQ(poll.error->text(), "Command failed with code 1 (runtime)");
  EXPECT_EQ(lines("INFO ERROR"),
            (Lines{"[INFO] sh>: exit 1", "[ERROR] Task failed, retrying",
                   "[INFO] Failure 1 of at most 2 retries: Command failed with code 1 (runtime)"}));

  request.state_params = poll.state;
  log->lines.clear();
  options.tell_retries = false;
  poll = std::get<Poll>(run_command(local, 1));
  EXPECT_EQ(value::to_json(poll.state), R"({"retry_count":2})");
  EXPECT_EQ(lines("INFO ERROR"), (Lines{"[INFO] sh>: exit 1", "[ERROR] Task failed, retrying"}));
  request.state_params = poll.state;
  EXPECT_EQ(message(run_command(local, 1)), "Command failed with code 1 (runtime)");
}

TEST_F(TaskRunTest, ARetryKeepsTheStateButForTheCommand) {
  request.state_params = object_of(R"({"commandStatus": {"id": 1}, "other": 2})");
  const auto poll = std::get<Poll>(run_command(R"({"sh>": "exit 1", "_retry": "${1 + 1}"})", 1));
  EXPECT_EQ(value::to_json(poll.state), R"({"other":2,"retry_count":1})");
}

TEST_F(TaskRunTest, RetriesErrorsOfParametersThatTheOperatorReads) {
  EXPECT_TRUE(std::holds_alternative<Poll>(run(R"({"call>": "nope", "_retry": 1})")));
}

TEST_F(TaskRunTest, RetriesNeitherSimpleOperatorsNorTemplateErrors) {
  EXPECT_EQ(message(run(R"({"fail>": "once", "_retry": 3})")), "once");
  EXPECT_TRUE(std::holds_alternative<Failure>(run(R"({"sh>": "${nope}", "_retry": 3})")));
}

TEST_F(TaskRunTest, ADatabaseOutOfReachIsNobodysFailure) {
  secret_store.error = Error("database", "away");
  request.state_params = object_of(R"({"retry_count": 1})");
  const auto poll = std::get<Poll>(run(R"({"sh>": "${secret:key}", "_retry": 3})"));
  EXPECT_EQ(poll.interval, std::chrono::seconds(5));
  EXPECT_EQ(value::to_json(poll.state), R"({"retry_count":1})");
  EXPECT_EQ(lines("WARN"),
            Lines{"[WARN] Task +wf+t met an error of the database: away. Trying again."});
}

TEST_F(TaskRunTest, ABrokenRetryFailsTheTaskBeforeItRuns) {
  EXPECT_EQ(message(run(R"({"sh>": "x", "_retry": true})")), "Invalid _retry format:true (config)");
  EXPECT_EQ(message(run(R"({"sh>": "x", "_retry": {"interval": 1}})")),
            "Parameter 'limit' is required but not set (config)");
  EXPECT_EQ(message(run(R"({"sh>": "x", "_retry": {"limit": 1, "interval_type": "random"}})")),
            "Invalid retry_interval_type: random (config)");
}

TEST_F(TaskRunTest, ACanceledTaskFailsInsteadOfRunning) {
  request.cancel_requested = true;
  EXPECT_EQ(message(run(R"({"echo>": "x", "_retry": 3})")),
            "Got a cancel-requested: attempt_id=3, task_id=7");
  EXPECT_EQ(printed, "");
}

TEST_F(TaskRunTest, ComplainsAboutKeysThatNobodyReads) {
  run(R"({"echo>": "x", "comand": "y", "zzzzzz": 1})");
  EXPECT_EQ(lines("ERROR"), (Lines{"[ERROR] Parameter 'comand' is not used at task +wf+t.",
                                   "[ERROR]   > Did you mean [_command]?",
                                   "[ERROR] Parameter 'zzzzzz' is not used at task +wf+t."}));
  log->lines.clear();
  run(R"({"if>": true, "_doo": {"echo>": 1}, "_do": {"echo>": 2}})");
  EXPECT_EQ(lines("ERROR"), (Lines{"[ERROR] Parameter '_doo' is not used at task +wf+t.",
                                   "[ERROR]   > Did you mean [_do]?"}));
}

TEST_F(TaskRunTest, DoesNotComplainWhereAllKeysCountAsReadOrTheTaskFailed) {
  run(R"({"loop>": 1, "_do": {}, "extra": 1})");
  run_command(R"({"sh>": "x", "extra": 1})", 0);
  run(R"({"fail>": "x", "extra": 1})");
  EXPECT_EQ(lines("ERROR"), Lines{"[ERROR] Task +wf+t failed.\nx"});
}

TEST_F(TaskRunTest, ADryRunEvaluatesAndRunsNothing) {
  options.dry_run = true;
  EXPECT_EQ(subtasks(run(R"({"echo>": "x", "own": 1})")), "{}");
  EXPECT_EQ(printed, "");
  EXPECT_EQ(lines("INFO ERROR"),
            (Lines{"[INFO] echo>: x", "[ERROR] Parameter 'own' is not used at task +wf+t."}));
  EXPECT_EQ(subtasks(run(R"({"nosuch>": "x"})")), "{}");
  EXPECT_TRUE(std::holds_alternative<Failure>(run(R"({"echo>": "${nope}"})")));
  log->lines.clear();
  run(R"({"_type": "notify", "_command": "x"})");
  EXPECT_EQ(lines("ERROR"), Lines{"[ERROR] Parameter '_command' is not used at task +wf+t."});
}

TEST_F(TaskRunTest, ShowsTheParametersInsteadOfComplaining) {
  options.show_params = true;
  request.config = object_of(R"({"p": "cli", "o": {"a": 1}})");
  run(R"({"echo>": "x", "own": "${p}"})");
  EXPECT_EQ(lines("WARN ERROR"), Lines{"[WARN] \n"
                                       "  p: \"cli\"\n"
                                       "  o:\n"
                                       "    a: 1\n"
                                       "  echo>: \"x\"\n"
                                       "  own: \"cli\"\n"
                                       "  _type: \"echo\"\n"
                                       "  _command: \"x\"\n"});
}

TEST_F(TaskRunTest, HidesTheMountsOfSecretsFromTheOperator) {
  const auto outcome = run(R"({"sh>": "x", "_secrets": {"a": "b"}})");
  for (const auto& [name, text] : std::get<command::Request>(outcome).environment) {
    EXPECT_NE(name, "_secrets");
  }
}

TEST_F(TaskRunTest, RemountsSecretsForTheCommandButNotForEnv) {
  secret_store.values = {{"other.key", "mounted"}, {"my.key", "raw"}};
  const auto outcome = run(R"({"sh>": "echo ${secret:my.key}", "_secrets": {"my": "other"},
                               "_env": {"K": "${secret:my.key}"}})");
  const auto& command = std::get<command::Request>(outcome);
  EXPECT_THAT(command.environment, testing::Contains(testing::Pair("K", "raw")));
  std::ifstream script(project.path() / command.io_directory / "runner.sh");
  EXPECT_EQ(std::string(std::istreambuf_iterator(script), {}), "echo mounted");
}

TEST_F(TaskRunTest, TakesTheProjectFromTheParameters) {
  ProjectDirectory other;
  request.config.set("_project_path", other.path().string());
  const auto outcome = run(R"({"sh>": "x"})");
  EXPECT_EQ(std::get<command::Request>(outcome).project_path, other.path());
}

TEST_F(TaskRunTest, ExplainsExpectedFailuresWithTheirCauses) {
  fail_task(request, TaskFailed("M", Object{{"errors", "e"}}, {Error("io", "C")}));
  EXPECT_EQ(lines("ERROR"), Lines{"[ERROR] Task +wf+t failed.\nM\n> C (io)"});
  const Failure failure = fail_task(request, TaskFailed("M", Object{{"errors", "e"}}));
  EXPECT_EQ(value::to_json(failure.error), R"({"message":"M","errors":"e"})");
}

TEST(OperatorName, IsKnownWithoutEvaluation) {
  const auto name = [](std::string_view config, std::string_view local) {
    return operator_name(object_of(config), object_of(local)).value_or("none");
  };
  EXPECT_EQ(name("{}", R"({"a": 1, "echo>": "x"})"), "echo");
  EXPECT_EQ(name(R"({"sh>": "x"})", R"({"echo>": "x"})"), "sh");
  EXPECT_EQ(name(R"({"sh>": "x"})", R"({"_type": "py"})"), "py");
  EXPECT_EQ(name("{}", R"({"_type": "${x}", "echo>": "x"})"), "none");
  EXPECT_EQ(name("{}", "{}"), "none");
}

TEST(TaskLabel, NamesTheThreadTheAttemptAndTheTask) {
  TaskRequest request;
  request.project_name = "p";
  request.session = SessionId{4};
  request.attempt = AttemptId{5};
  request.task_name = "+wf+a";
  EXPECT_EQ(task_label(request).substr(4), "@[0:p:4:5]+wf+a");
  request.project_name = "";
  EXPECT_EQ(task_label(request).substr(4), "@[0:----:4:5]+wf+a");
}

}  // namespace
}  // namespace mogura::operators
