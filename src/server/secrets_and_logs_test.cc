// Secrets and logs through the API (rest-api.md §6.12, §11).
#include <gmock/gmock.h>

#include "blob/log_names.h"
#include "blob/log_text.h"
#include "server/api_test_kit.h"

namespace mogura::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kCanary = "canary-9f3b";

class SecretsApiTest : public ApiTest {
 protected:
  SecretsApiTest() {
    push("p", "r", {{"w.dig", "+a:\n  _export:\n    v: " + kCanary + "\n  echo>: a\n"}});
  }
};

TEST_F(SecretsApiTest, SecretsAreSetListedByKeyAndDeletedButNeverShown) {
  const std::string set = R"(200 {"key":"db.password","project":{"id":"1","name":"p"}})";
  const std::string path = "/api/projects/1/secrets";
  EXPECT_EQ(ask("PUT " + path + "/db.password", R"({"value":"s3cret"})"), set);
  EXPECT_EQ(ask("PUT " + path + "/db.password", R"({"value":"other","x":1})"), set);
  EXPECT_EQ(ask("PUT " + path + "/a", R"({"value":""})").substr(0, 3), "200");
  EXPECT_EQ(ask("GET " + path), R"(200 {"secrets":[{"key":"a"},{"key":"db.password"}]})");
  EXPECT_EQ(ask("GET " + path + "/db.password"), "405 ");
  EXPECT_EQ(vault_.find(ProjectId{1}, "db.password"), "other");
  EXPECT_EQ(ask("DELETE " + path + "/db.password"), set);
  EXPECT_EQ(ask("DELETE " + path + "/db.password"), set);
  EXPECT_EQ(ask("GET " + path), R"(200 {"secrets":[{"key":"a"}]})");
}

TEST_F(SecretsApiTest, WrongKeysAndValuesAreRefusedBeforeTheProjectIsLookedUp) {
  const std::string refusal = R"(400 {"message":"Invalid secret","status":400})";
  for (const std::string key : {"1a", "a.", "a..b", "a-", "a-/", "%C3%BC", "a%20b"}) {
    EXPECT_EQ(ask("PUT /api/projects/9/secrets/" + key, R"({"value":"v"})"), refusal) << key;
    EXPECT_EQ(ask("DELETE /api/projects/9/secrets/" + key), refusal) << key;
  }
  EXPECT_EQ(
      ask("PUT /api/projects/1/secrets/a", R"({"value":")" + std::string(16'385, 'x') + "\"}"),
      refusal);
  for (const std::string body : {"", "{}", R"({"value":null})", R"({"value":{"a":1}})"}) {
    EXPECT_THAT(ask("PUT /api/projects/1/secrets/a", body), StartsWith("400 ")) << body;
  }
  EXPECT_EQ(ask("PUT /api/projects/9/secrets/a", R"({"value":"v"})"),
            R"(404 {"message":"Resource does not exist: project id=9","status":404})");
}

TEST_F(SecretsApiTest, TasksAreShownWithoutTheProjectsSecrets) {
  ask("PUT /api/projects/1/secrets/k", R"({"value":")" + kCanary + "\"}");
  ask("PUT /api/attempts",
      R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00Z","params":{}})");
  wait("1");
  EXPECT_THAT(ask("GET /api/attempts/1/tasks"),
              AllOf(StartsWith("200 "), HasSubstr("***"), Not(HasSubstr(kCanary))));
}

TEST_F(SecretsApiTest, LogFilesAreListedAndReadByName) {
  ask("PUT /api/attempts",
      R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00Z","params":{}})");
  EXPECT_EQ(ask("GET /api/logs/1/files"), R"(200 {"files":[]})");
  const auto attempt = database_->find_attempt_summary(SiteId{0}, AttemptId{1});
  const std::shared_ptr<TaskLog> log = logs_.open(blob::logs_of(attempt->info), "+w+a");
  log->output("hello\n");
  const std::string files = ask("GET /api/logs/1/files");
  const std::string name = text_member(files, "files.0.fileName");
  EXPECT_EQ(name, "+w+a@66cd258b1b2e0200.7@host.log.gz");
  EXPECT_EQ(text_member(files, "files.0.taskName"), "+w+a");
  EXPECT_EQ(text_member(files, "files.0.fileTime"), "2024-08-27T01:02:03Z");
  EXPECT_EQ(text_member(files, "files.0.agentId"), "7@host");
  EXPECT_TRUE(member(files, "files.0.direct").is_null());
  EXPECT_GT(member(files, "files.0.fileSize").as_integer(), 0);
  EXPECT_EQ(ask("GET /api/logs/1/files?task=%2Bw%2Bb"), R"(200 {"files":[]})");
  for (const std::string& sent : {name, "%2Bw%2Ba" + name.substr(4)}) {
    const net::ServerResponse file = respond("GET /api/logs/1/files/" + sent);
    EXPECT_EQ(header_of(file, "Content-Type"), "application/gzip");
    EXPECT_EQ(blob::LogText().decode(text_of(file)), "hello\n");
  }
}

TEST_F(SecretsApiTest, WhoLearnsThatAnAttemptIsDoneFindsItsLogsInTheDirectory) {
  ask("PUT /api/attempts",
      R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00Z","params":{}})");
  const auto attempt = database_->find_attempt_summary(SiteId{0}, AttemptId{1});
  const std::shared_ptr<TaskLog> log = logs_.open(blob::logs_of(attempt->info), "+w+a");
  EXPECT_EQ(wait("1"), "success");
  log->output("hello\n");
  ask("GET /api/attempts/1");
  blob::LogsInDirectory directory(files_.root() / "logs");
  EXPECT_EQ(directory.list(blob::logs_of(attempt->info)).size(), 1u);
}

TEST_F(SecretsApiTest, LogFilesThatAreNotThereAndNamesThatAreNone) {
  ask("PUT /api/attempts",
      R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00Z","params":{}})");
  EXPECT_EQ(ask("GET /api/logs/9/files"),
            R"(404 {"message":"Resource does not exist: session attempt id=9","status":404})");
  EXPECT_EQ(ask("GET /api/logs/1/files/+w+a@66cd258b1b2e0200.7@host.log.gz"),
            R"(404 {"message":"Log file not found","status":404})");
  EXPECT_EQ(ask("GET /api/logs/1/files/%2Ffoo"),
            R"(400 {"message":"Invalid file name: /foo","status":400})");
  EXPECT_EQ(ask("GET /api/logs/1/files/..%2F..%2Fx.log.gz"),
            R"(400 {"message":"Invalid file name: ../../x.log.gz","status":400})");
}

}  // namespace
}  // namespace mogura::server
