#include <gtest/gtest.h>

#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

class RequireTest : public OperatorTest {
 protected:
  static Attempts::State started() {
    return {.session = SessionId{20}, .attempt = AttemptId{30}, .started_now = true};
  }
  static Attempts::State running() { return {.session = SessionId{20}, .attempt = AttemptId{30}}; }
  static Attempts::State done(bool success) {
    return {.session = SessionId{20}, .attempt = AttemptId{30}, .done = true, .success = success};
  }

  /// Executes the task again and again; the intervals between the executions, in seconds.
  std::string intervals(const std::string& local) {
    std::string text;
    last_outcome = run(local);
    while (const auto* poll = std::get_if<Poll>(&last_outcome)) {
      text += (text.empty() ? "" : " ") + std::to_string(poll->interval.count());
      last_state = poll->state;
      last_outcome = run_again(local, last_state);
    }
    return text;
  }

  TaskRun::Outcome last_outcome;
  Object last_state;
};

TEST_F(RequireTest, StartsTheOtherWorkflowAndPollsUntilItIsDone) {
  attempts.answers = {started(), running(), running(), running(), running(), running(), done(true)};
  EXPECT_EQ(intervals(R"({"require>": "child", "params": {"p": 1}})"), "1 2 4 8 10 10 1");
  EXPECT_TRUE(std::holds_alternative<Done>(last_outcome));
  EXPECT_EQ(value::to_json(last_state),
            R"({"require_kicked":true,"target_session_id":20,"target_attempt_id":30,"retry":6,)"
            R"("task_finish_success":true})");
  const Attempts::Start& start = attempts.questions.front();
  EXPECT_EQ(start.workflow_name, "child");
  EXPECT_EQ(start.caller_project, ProjectId{1});
  EXPECT_FALSE(start.project_id || start.project_name || start.retry_attempt_name);
  EXPECT_EQ(start.session_time, request.session_time);
  EXPECT_EQ(value::to_json(start.params), R"({"p":1})");
}

TEST_F(RequireTest, FailsWithTheOtherWorkflow) {
  attempts.answers = {started(), done(false)};
  EXPECT_EQ(intervals(R"({"require>": "child"})"), "1 1");
  EXPECT_EQ(message(last_outcome), "Dependent workflow failed. Session id: 20, attempt id: 30");
}

TEST_F(RequireTest, MayIgnoreTheFailure) {
  attempts.answers = {started(), done(false)};
  intervals(R"({"require>": "child", "ignore_failure": true})");
  EXPECT_TRUE(std::holds_alternative<Done>(last_outcome));
}

TEST_F(RequireTest, RerunsWhatIsDoneWhereToldTo) {
  const struct {
    std::string rerun_on;
    bool earlier_success;
    bool reruns;
  } cases[] = {
      {"none", true, false},   {"none", false, false}, {"failed", true, false},
      {"failed", false, true}, {"all", true, true},    {"all", false, true},
  };
  for (const auto& [rerun_on, earlier_success, reruns] : cases) {
    SCOPED_TRACE(rerun_on + (earlier_success ? " after success" : " after failure"));
    attempts.questions.clear();
    attempts.answers = {done(earlier_success)};
    if (reruns) attempts.answers.insert(attempts.answers.end(), {started(), done(true)});
    request.state_params = {};
    intervals(R"({"require>": "child", "rerun_on": ")" + rerun_on + R"("})");
    EXPECT_EQ(attempts.questions.size(), reruns ? 3u : 1u);
    EXPECT_EQ(std::holds_alternative<Done>(last_outcome), reruns || earlier_success);
    if (!reruns) continue;
    EXPECT_FALSE(attempts.questions[0].retry_attempt_name);
    EXPECT_EQ(attempts.questions[1].retry_attempt_name->size(), 36u);
    EXPECT_EQ(attempts.questions[2].retry_attempt_name, attempts.questions[1].retry_attempt_name);
  }
}

TEST_F(RequireTest, DoesNotRerunWhatItStartedItself) {
  attempts.answers = {started(), done(false)};
  intervals(R"({"require>": "child", "rerun_on": "all"})");
  EXPECT_EQ(attempts.questions.size(), 2u);
}

TEST_F(RequireTest, ReadsProjectAndAttemptNameFromItsOwnKeysOnly) {
  request.config.set("project_id", -1);
  request.config.set("project_name", "inherited");
  request.config.set("retry_attempt_name", "inherited");
  attempts.answers = {started(), started(), started()};
  run(R"({"require>": "child"})");
  EXPECT_FALSE(attempts.questions[0].project_id || attempts.questions[0].project_name ||
               attempts.questions[0].retry_attempt_name);
  run(R"({"require>": "child", "project_id": 5, "retry_attempt_name": "again"})");
  EXPECT_EQ(attempts.questions[1].project_id, ProjectId{5});
  EXPECT_EQ(attempts.questions[1].retry_attempt_name, "again");
  run(R"({"require>": "child", "project_name": "other"})");
  EXPECT_EQ(attempts.questions[2].project_name, "other");
  EXPECT_EQ(message(run(R"({"require>": "child", "project_id": 5, "project_name": "other"})")),
            "Both project_id and project_name can't be set (config)");
}

TEST_F(RequireTest, TellsThatThereIsNoSuchWorkflow) {
  EXPECT_EQ(message(run(R"({"require>": "nope"})")),
            "Dependent workflow does not exist. projectId: 1, workflowName:nope");
  EXPECT_EQ(message(run(R"({"require>": "nope", "project_id": 9})")),
            "Dependent workflow does not exist. projectId: 9, workflowName:nope");
  EXPECT_EQ(message(run(R"({"require>": "nope", "project_name": "p"})")),
            "Dependent workflow does not exist. projectName: p, workflowName:nope");
}

TEST_F(RequireTest, FailsAsExpectedWhenALimitIsHit) {
  attempts.error = Error("attempt limit exceeded", "Too many attempts running. Limit: 100");
  EXPECT_EQ(message(run(R"({"require>": "child"})")),
            "Too many attempts running. Limit: 100 (attempt limit exceeded)");
}

TEST_F(RequireTest, GoesOnWhenTheDatabaseIsBack) {
  attempts.error = Error("database", "away");
  const auto poll = std::get<Poll>(run_again(R"({"require>": "child"})", {{"retry", 2}}));
  EXPECT_EQ(value::to_json(poll.state), R"({"retry":2})");
}

TEST_F(RequireTest, FailsAtOnceWhereItWouldWaitForItsOwnEnd) {
  attempts.answers = {Attempts::State{.session = request.session, .attempt = request.attempt}};
  EXPECT_EQ(message(run(R"({"require>": "wf", "ignore_failure": true})")),
            "Workflow 'wf' requires itself: its attempt of this session would wait for its own end "
            "(config)");
}

TEST_F(RequireTest, MayRequireAnotherSessionOfItsOwnWorkflow) {
  attempts.answers = {started(), done(true)};
  intervals(R"({"require>": "wf", "session_time": "2024-03-04T00:00:00Z"})");
  EXPECT_TRUE(std::holds_alternative<Done>(last_outcome));
}

TEST_F(RequireTest, ChecksItsOptions) {
  EXPECT_EQ(message(run(R"({"require>": "child", "rerun_on": "sometimes"})")),
            "invalid rerun_on option:sometimes (config)");
  EXPECT_TRUE(attempts.questions.empty());
}

TEST_F(RequireTest, TakesASessionTimeWithAnOffset) {
  attempts.answers = {started(), started()};
  run(R"({"require>": "child", "session_time": "2024-03-04T09:00:00+09:00"})");
  EXPECT_EQ(attempts.questions[0].session_time, request.session_time - std::chrono::hours(24));
  const struct {
    std::string text;
    std::string index;
  } cases[] = {{"2024-03-04 00:00:00", "10"}, {"2024-03-04T00:00:00", "19"},
               {"2024-03-04", "10"},          {"yesterday", "0"},
               {"2024-3-4T00:00:00Z", "5"},   {"", "0"}};
  for (const auto& [text, index] : cases) {
    EXPECT_EQ(message(run(R"({"require>": "child", "session_time": ")" + text + R"("})")),
              R"(Expected class java.time.Instant for key 'session_time' but got ")" + text +
                  R"(" (string) (config))");
    EXPECT_TRUE(lines("ERROR").back().ends_with(
        "\n> Invalid ISO time format: " + text + " (json mapping)\n> Text '" + text +
        "' could not be parsed at index " + index + " (date time parse)"))
        << lines("ERROR").back();
  }
}

}  // namespace
}  // namespace mogura::operators
