// Attempts, sessions and tasks through the API (rest-api.md §9, §10).
#include <gmock/gmock.h>

#include "server/api_test_kit.h"

namespace mogura::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AttemptsApiTest : public ApiTest {
 protected:
  /// Starts workflow 1; `more` are further members of the request.
  std::string start(const std::string& session_time, const std::string& more = {}) {
    return ask("PUT /api/attempts", R"({"workflowId":"1","sessionTime":")" + session_time +
                                        R"(","params":{})" + more + "}");
  }
  /// The full names of an attempt's tasks that are in this state.
  std::vector<std::string> tasks_in(const std::string& attempt, std::string_view state) {
    std::vector<std::string> names;
    const Value tasks = member(ask("GET /api/attempts/" + attempt + "/tasks"), "tasks");
    for (const Value& task : tasks.as_array()) {
      if (task.as_object().find("state")->as_text() != state) continue;
      names.push_back(task.as_object().find("fullName")->as_text());
    }
    return names;
  }
  static std::string retry(const std::string& name, const std::string& resume = {}) {
    return R"(,"retryAttemptName":")" + name + "\"" +
           (resume.empty() ? "" : ",\"resume\":" + resume);
  }
};

const std::string kEchoes = "timezone: Asia/Tokyo\n+a:\n  echo>: a\n+b:\n  echo>: b\n";

TEST_F(AttemptsApiTest, AStartAnswersWithTheAttemptBeforeAnythingOfItRan) {
  push("p", "r", {{"w.dig", kEchoes}});
  const std::string started =
      ask("PUT /api/attempts",
          R"({"workflowId":1,"sessionTime":"2030-01-01T00:00:00.9Z","params":{"z":1,"a":["2"]}})");
  const std::string uuid = text_member(started, "sessionUuid");
  EXPECT_EQ(started,
            R"(200 {"status":"running","id":"1","index":1,"project":{"id":"1","name":"p"},)"
            R"("workflow":{"name":"w","id":"1"},"sessionId":"1","sessionUuid":")" +
                uuid +
                R"(","sessionTime":"2030-01-01T09:00:00+09:00","retryAttemptName":null,)"
                R"("done":false,"success":false,"cancelRequested":false,)"
                R"("params":{"z":1,"a":["2"]},"createdAt":"2024-08-27T01:02:03Z",)"
                R"("finishedAt":null})");
  EXPECT_EQ(wait("1"), "success");
  EXPECT_EQ(text_member(ask("GET /api/attempts/1"), "finishedAt"), "2024-08-27T01:02:03Z");
  EXPECT_EQ(ask("GET /api/sessions/1"),
            R"(200 {"id":"1","project":{"id":"1","name":"p"},"workflow":{"name":"w","id":"1"},)"
            R"("sessionUuid":")" +
                uuid +
                R"(","sessionTime":"2030-01-01T09:00:00+09:00","lastAttempt":{"id":"1",)"
                R"("retryAttemptName":null,"done":true,"success":true,"cancelRequested":false,)"
                R"("params":{"z":1,"a":["2"]},"createdAt":"2024-08-27T01:02:03Z",)"
                R"("finishedAt":"2024-08-27T01:02:03Z"}})");
}

TEST_F(AttemptsApiTest, ASecondStartOfASessionIs409WithItsLastAttempt) {
  push("p", "r", {{"w.dig", kEchoes}});
  start("2030-01-01T00:00:00Z");
  EXPECT_EQ(text_member(start("2030-01-01T00:00:00.999Z"), "id"), "1");
  EXPECT_EQ(text_member(start("2030-01-01T09:00:00+09:00", retry("again")), "id"), "2");
  EXPECT_THAT(start("2030-01-01T00:00:00Z", retry("again")), StartsWith("409 {\"status\":"));
  EXPECT_EQ(text_member(start("2030-01-01T00:00:00Z"), "retryAttemptName"), "again");
  EXPECT_EQ(text_member(start("2030-01-01T00:00:01Z"), "sessionId"), "2");
}

TEST_F(AttemptsApiTest, StartsThatAreWrongStartNothing) {
  push("p", "r", {{"w.dig", kEchoes}});
  EXPECT_EQ(ask("PUT /api/attempts",
                R"({"workflowId":"9","sessionTime":"2030-01-01T00:00:00Z","params":{}})"),
            R"(404 {"message":"Resource does not exist: workflow id=9","status":404})");
  EXPECT_EQ(start("2030-01-01T00:00:00Z", retry("")),
            R"(400 {"message":"Validating attempt request failed\nretry attempt name must not be )"
            R"(blank: \"\"","status":400})");
  EXPECT_THAT(start("2030-01-01T00:00:00Z", retry(std::string(256, 'n'))), StartsWith("400 "));
  EXPECT_EQ(ask("PUT /api/attempts", R"({"workflowId":"x"})"),
            R"(400 {"message":"For input string: \"x\"","status":400})");
  for (const std::string body :
       {R"({"sessionTime":"2030-01-01T00:00:00Z","params":{}})",
        R"({"workflowId":"1","params":{}})",
        R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00Z"})",
        R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00Z","params":[]})",
        R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00","params":{}})",
        R"({"workflowId":"1","sessionTime":"2030-01-01","params":{}})",
        R"({"workflowId":[],"sessionTime":"2030-01-01T00:00:00Z","params":{}})"}) {
    EXPECT_THAT(ask("PUT /api/attempts", body), StartsWith("400 ")) << body;
  }
  for (const std::string resume :
       {R"({"mode":"some","attemptId":"1"})", R"({"mode":"from","attemptId":"1"})", "{}", "1"}) {
    EXPECT_THAT(start("2030-01-01T00:00:00Z", ",\"resume\":" + resume), StartsWith("400 "))
        << resume;
  }
  EXPECT_EQ(ask("GET /api/sessions"), R"(200 {"sessions":[]})");
}

TEST_F(AttemptsApiTest, AWorkflowOfADeletedProjectDoesNotStart) {
  push("p", "r", {{"w.dig", kEchoes}});
  ask("DELETE /api/projects/1");
  EXPECT_EQ(start("2030-01-01T00:00:00Z"),
            R"(404 {"message":"Project id=1 name=p is already deleted","status":404})");
}

TEST_F(AttemptsApiTest, TooManyUnfinishedAttemptsAreRefusedWhereALimitIsSet) {
  executor::Executor limited(dependencies({{}, 100, 1}));
  const Services services{*database_, limited, vault_, logs_,
                          archives_,  clock_,  live_,  services_.settings};
  api_ = std::make_unique<Api>(services);
  push("p", "r", {{"w.dig", "+a:\n  sh>: x\n"}});
  EXPECT_THAT(start("2030-01-01T00:00:00Z"), StartsWith("200 "));
  EXPECT_EQ(start("2030-01-02T00:00:00Z"),
            R"(400 {"message":"Too many attempts running. Limit: 1, Current: 1","status":400})");
}

TEST_F(AttemptsApiTest, ListsAreNewestFirstAndShowTheLastAttemptsOfSessions) {
  push("p", "r", {{"w.dig", kEchoes}, {"x.dig", kEchoes}});
  start("2030-01-01T00:00:00Z");
  start("2030-01-02T00:00:00Z");
  start("2030-01-01T00:00:00Z", retry("again"));
  const auto ids = [this](const std::string& path, const std::string& list) {
    std::string found;
    const Value answer = member(ask("GET /api/" + path), list);
    for (const Value& item : answer.as_array()) {
      found += item.as_object().find("id")->as_text() + " ";
    }
    return found;
  };
  EXPECT_EQ(ids("attempts", "attempts"), "3 2 ");
  EXPECT_EQ(ids("attempts?project=p&workflow=w&include_retried=true", "attempts"), "3 2 1 ");
  EXPECT_EQ(ids("attempts?include_retried=TRUE&last_id=3&page_size=1", "attempts"), "2 ");
  EXPECT_EQ(ids("attempts?include_retried=1", "attempts"), "3 2 ");
  EXPECT_EQ(ids("attempts?project=p&workflow=none", "attempts"), "");
  EXPECT_EQ(ids("attempts?workflow=none", "attempts"), "3 2 ");
  EXPECT_EQ(ids("attempts/1/retries", "attempts"), "1 3 ");
  EXPECT_EQ(ids("sessions/1/attempts", "attempts"), "3 1 ");
  EXPECT_EQ(ids("sessions/1/attempts?last_id=3", "attempts"), "1 ");
  EXPECT_EQ(ids("sessions", "sessions"), "2 1 ");
  EXPECT_EQ(ids("projects/1/sessions?workflow=x", "sessions"), "");
  EXPECT_EQ(ids("projects/1/sessions?last_id=2", "sessions"), "1 ");
  EXPECT_EQ(ask("GET /api/attempts?project=none"),
            R"(404 {"message":"Resource does not exist: project name=none","status":404})");
}

TEST_F(AttemptsApiTest, TasksShowTheirConfigAndWhatTheyWaitFor) {
  push("p", "r", {{"w.dig", "+a:\n  _export:\n    x: 1\n  echo>: ${x}\n+b:\n  echo>: b\n"}});
  start("2030-01-01T00:00:00Z");
  wait("1");
  const std::string tasks = ask("GET /api/attempts/1/tasks");
  EXPECT_EQ(value::to_json(member(tasks, "tasks.1")),
            R"({"id":"2","fullName":"+w+a","parentId":"1",)"
            R"("config":{"echo>":"${x}","_export":{"x":1}},"upstreams":[],"state":"success",)"
            R"("cancelRequested":false,"exportParams":{"x":1},"storeParams":{},"stateParams":{},)"
            R"("updatedAt":"2024-08-27T01:02:03Z","retryAt":null,)"
            R"("startedAt":"2024-08-27T01:02:03Z","error":{},"isGroup":false})");
  EXPECT_EQ(value::to_json(member(tasks, "tasks.2.upstreams")), R"(["2"])");
  EXPECT_TRUE(member(tasks, "tasks.0.parentId").is_null());
  EXPECT_EQ(ask("GET /api/attempts/9/tasks"),
            R"(404 {"message":"Resource does not exist: session attempt id=9","status":404})");
}

TEST_F(AttemptsApiTest, AKillAnswersWithTheStateBeforeAndIsSeenAtOnce) {
  push("p", "r", {{"w.dig", "+a:\n  sh>: x\n"}});
  start("2030-01-01T00:00:00Z");
  const std::string killed = ask("POST /api/attempts/1/kill", "{}");
  EXPECT_THAT(killed, StartsWith("200 "));
  EXPECT_FALSE(member(killed, "cancelRequested").as_boolean());
  EXPECT_TRUE(member(ask("GET /api/attempts/1"), "cancelRequested").as_boolean());
  EXPECT_EQ(ask("POST /api/attempts/9/kill"),
            R"(404 {"message":"Resource does not exist: session attempt id=9","status":404})");
}

TEST_F(AttemptsApiTest, AFinishedAttemptCannotBeKilled) {
  push("p", "r", {{"w.dig", kEchoes}});
  start("2030-01-01T00:00:00Z");
  wait("1");
  EXPECT_EQ(ask("POST /api/attempts/1/kill"),
            R"(409 {"message":"Session attempt already killed or finished","status":409})");
}

// Whichever of the two is first, the answer to the kill tells which it was.
TEST_F(AttemptsApiTest, AKillThatComesWithTheEndOfTheAttemptIsRefusedOrCounts) {
  push("p", "r", {{"w.dig", "+a:\n  sh>: x\n"}});
  const store::Lease lease = database_->open_lease("test", std::chrono::hours(1));
  for (int second = 10; second < 60; ++second) {
    const std::string id =
        text_member(start("2030-01-01T00:00:" + std::to_string(second) + "Z"), "id");
    std::vector<store::Claim> claims;
    while (claims.empty()) claims = database_->claim(lease, 1);
    const store::Claim& claim = claims[0];
    executor_.post(claim.attempt, engine::TaskSucceeded{claim.task, claim.run, {}},
                   store::Ownership{claim.entry, lease.id, lease.epoch});
    const bool killed = ask("POST /api/attempts/" + id + "/kill").starts_with("200 ");
    EXPECT_EQ(member(ask("GET /api/attempts/" + id), "cancelRequested").as_boolean(), killed);
  }
}

// What a resumed attempt took over has never started in it.
TEST_F(AttemptsApiTest, ResumingTakesOverWhatHadSucceeded) {
  push("p", "r",
       {{"w.dig",
         "+a:\n  echo>: a\n+g:\n  +x:\n    echo>: x\n+b:\n  fail>: no\n+c:\n  echo>: c\n"}});
  start("2030-01-01T00:00:00Z");
  EXPECT_EQ(wait("1"), "error");
  EXPECT_THAT(start("2030-01-01T00:00:00Z", retry("f", R"({"mode":"failed","attemptId":"1"})")),
              StartsWith("200 "));
  EXPECT_EQ(wait("2"), "error");
  const Value tasks = member(ask("GET /api/attempts/2/tasks"), "tasks");
  std::string started;
  for (const Value& task : tasks.as_array()) {
    const Object& object = task.as_object();
    if (!object.find("startedAt")->is_null()) started += object.find("fullName")->as_text() + " ";
  }
  EXPECT_EQ(started, "+w+b +w^failure-alert ");
}

TEST_F(AttemptsApiTest, ResumingFromATaskTakesOverWhatComesBeforeIt) {
  push("p", "r",
       {{"w.dig",
         "+a:\n  echo>: a\n+g:\n  +x:\n    echo>: x\n  +y:\n    echo>: y\n+b:\n  fail>: no\n"}});
  start("2030-01-01T00:00:00Z");
  wait("1");
  const auto from = [](const std::string& pattern) {
    return R"({"mode":"from","mode":"from","attemptId":1,"from":")" + pattern + "\"}";
  };
  EXPECT_THAT(start("2030-01-01T00:00:00Z", retry("y", from("+g+y"))), StartsWith("200 "));
  wait("2");
  const Value tasks = member(ask("GET /api/attempts/2/tasks"), "tasks");
  std::string not_started;
  for (const Value& task : tasks.as_array()) {
    const Object& object = task.as_object();
    if (object.find("startedAt")->is_null() && !object.find("isGroup")->as_boolean()) {
      not_started += object.find("fullName")->as_text() + " ";
    }
  }
  EXPECT_EQ(not_started, "+w+a +w+g+x ");

  EXPECT_EQ(start("2030-01-01T00:00:00Z", retry("n", from("+none"))),
            R"(400 {"message":"Task pattern '+none' doesn't match with any tasks.","status":400})");
  EXPECT_THAT(start("2030-01-01T00:00:00Z", retry("n", from("+w"))), StartsWith("200 "));
}

TEST_F(AttemptsApiTest, WhatDidNotSucceedCannotBeResumed) {
  push("p", "r", {{"w.dig", "+a:\n  fail>: no\n+b:\n  echo>: b\n"}, {"x.dig", kEchoes}});
  start("2030-01-01T00:00:00Z");
  wait("1");
  EXPECT_EQ(
      start("2030-01-01T00:00:00Z", retry("n", R"({"mode":"from","attemptId":"1","from":"+b"})")),
      R"(400 {"message":"Resuming non-successful tasks is not allowed: task_id=2",)"
      R"("status":400})");
  EXPECT_EQ(start("2030-01-01T00:00:00Z", retry("n", R"({"mode":"failed","attemptId":"99"})")),
            R"(404 {"message":"Resource does not exist: session attempt id=99","status":404})");
  ask("PUT /api/attempts",
      R"({"workflowId":"2","sessionTime":"2030-01-01T00:00:00Z","params":{}})");
  EXPECT_EQ(wait("2"), "success");
  EXPECT_EQ(start("2030-01-01T00:00:00Z", retry("n", R"({"mode":"failed","attemptId":"2"})")),
            R"(400 {"message":"Resuming successfully completed attempts is not supported",)"
            R"("status":400})");
}

TEST_F(AttemptsApiTest, ManyAttemptsAreRetriedEachWithItsOwnOutcome) {
  push("p", "r", {{"w.dig", "+a:\n  echo>: a\n+b:\n  fail>: no\n"}, {"x.dig", kEchoes}});
  start("2030-01-01T00:00:00Z");
  ask("PUT /api/attempts",
      R"({"workflowId":"2","sessionTime":"2030-01-01T00:00:00Z","params":{"x":1}})");
  wait("1");
  wait("2");
  const std::string outcomes =
      ask("POST /api/attempts/retry",
          R"({"attemptIds":["1",2,"9"],"resume":true,"retryAttemptName":"n","params":{"y":2}})");
  EXPECT_EQ(member(outcomes, "outcomes.0.status").as_integer(), 200);
  EXPECT_EQ(text_member(outcomes, "outcomes.0.attempt.retryAttemptName"), "n");
  EXPECT_EQ(value::to_json(member(outcomes, "outcomes.0.attempt.params")), R"({"y":2})");
  EXPECT_EQ(member(outcomes, "outcomes.1.status").as_integer(), 400);
  EXPECT_EQ(text_member(outcomes, "outcomes.1.message"),
            "Resuming successfully completed attempts is not supported");
  EXPECT_EQ(member(outcomes, "outcomes.2.status").as_integer(), 404);
  EXPECT_TRUE(member(outcomes, "outcomes.2.attempt").is_null());

  const std::string latest =
      ask("POST /api/attempts/retry",
          R"({"attemptIds":[2],"latestRevision":true,"retryAttemptName":"m","params":{"y":2}})");
  EXPECT_EQ(value::to_json(member(latest, "outcomes.0.attempt.params")), R"({"x":1,"y":2})");
}

TEST_F(AttemptsApiTest, ManyAttemptsAreKilledEachWithItsOwnOutcome) {
  push("p", "r", {{"w.dig", "+a:\n  sh>: x\n"}});
  start("2030-01-01T00:00:00Z");
  const std::string outcomes = ask("POST /api/attempts/kill", R"({"attemptIds":["1","9"]})");
  EXPECT_EQ(member(outcomes, "outcomes.0.status").as_integer(), 200);
  EXPECT_EQ(member(outcomes, "outcomes.1.status").as_integer(), 404);
  EXPECT_TRUE(member(ask("GET /api/attempts/1"), "cancelRequested").as_boolean());
  for (const std::string body : {"", "{}", R"({"attemptIds":1})", R"({"attemptIds":[[]]})"}) {
    EXPECT_THAT(ask("POST /api/attempts/kill", body), StartsWith("400 ")) << body;
  }
}

}  // namespace
}  // namespace mogura::server
