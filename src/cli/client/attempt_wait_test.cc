#include "cli/client/attempt_wait.h"

#include <gtest/gtest.h>

#include "cli/client/log_lines.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

TEST(AttemptWait, TasksOfAnAnswerMakeATree) {
  const engine::Attempt attempt = attempt_from(value::parse_json(R"({"tasks": [
    {"id": "7", "fullName": "+w", "state": "planned", "isGroup": true, "parentId": null,
     "updatedAt": "2030-01-01T00:00:00Z"},
    {"id": "9", "fullName": "+w+a", "state": "group_retry_waiting", "isGroup": false,
     "parentId": "7", "config": {"sh>": "x"}, "updatedAt": "2030-01-01T00:00:01Z"}]})"));
  ASSERT_EQ(attempt.tasks.size(), 2u);
  EXPECT_EQ(attempt.tasks[0].parent, engine::kNone);
  EXPECT_EQ(attempt.tasks[1].parent, 0u);
  EXPECT_EQ(attempt.tasks[1].name(), "+a");
  EXPECT_EQ(attempt.tasks[1].state, engine::TaskState::group_retry_waiting);
}

using Lines = std::vector<std::string_view>;

TEST(LogLinesTest, LinesBelowInfoAreLeftOutWithWhatBelongsToThem) {
  LogLines lines(/*with_debug=*/false);
  const std::string text =
      "first\n2030-01-01 00:00:00.000 +0000 [DEBUG] (a) b: hidden\nhidden too\n"
      "2030-01-01 00:00:00.000 +0000 [INFO] (a) b: shown\noutput\n[not a level] output\n";
  EXPECT_EQ(lines.take_new(text, false),
            (Lines{"first", "2030-01-01 00:00:00.000 +0000 [INFO] (a) b: shown", "output",
                   "[not a level] output"}));
  EXPECT_EQ(LogLines(/*with_debug=*/true).take_new(text, false).size(), 6u);
}

TEST(LogLinesTest, LastLineWaitsForItsEndWhileTheTextMayGrow) {
  LogLines lines(/*with_debug=*/false);
  EXPECT_EQ(lines.take_new("one\ntw", false), Lines{"one"});
  EXPECT_EQ(lines.take_new("one\ntwo", false), Lines{});
  EXPECT_EQ(lines.take_new("one\ntwo", true), Lines{"two"});
  EXPECT_EQ(lines.take_new("one\ntwo", true), Lines{});
}

TEST(LogLinesTest, FilesComeTaskByTaskAsTheyBegan) {
  const auto logs = logs_in_order(value::parse_json(R"({"files": [
    {"fileName": "+b1", "taskName": "+b", "fileTime": "2030-01-01T00:00:01Z", "fileSize": 1},
    {"fileName": "+c1", "taskName": "+c", "fileTime": "2030-01-01T00:00:00Z", "fileSize": 1},
    {"fileName": "+c2", "taskName": "+c", "fileTime": "2030-01-01T00:00:05Z", "fileSize": 1}]})"));
  ASSERT_EQ(logs.size(), 3u);
  EXPECT_EQ(logs[0].name + logs[1].name + logs[2].name, "+c1+c2+b1");
}

TEST(LogLinesTest, OfTasksThatBeganInOneSecondTheNamesOfFilesTellTheOrder) {
  const auto logs = logs_in_order(value::parse_json(R"({"files": [
    {"fileName": "+a@65920080175bcd15.7.log.gz", "taskName": "+a",
     "fileTime": "2030-01-01T00:00:01Z", "fileSize": 1},
    {"fileName": "+b@65920080075bcd15.7.log.gz", "taskName": "+b",
     "fileTime": "2030-01-01T00:00:01Z", "fileSize": 1}]})"));
  ASSERT_EQ(logs.size(), 2u);
  EXPECT_EQ(logs[0].task + logs[1].task, "+b+a");
}

}  // namespace
}  // namespace mogura::cli
