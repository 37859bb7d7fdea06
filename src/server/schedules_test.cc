// Schedules through the API (rest-api.md §8).
#include <gmock/gmock.h>

#include "server/api_test_kit.h"

namespace mogura::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class SchedulesApiTest : public ApiTest {
 protected:
  SchedulesApiTest() {
    push("p", "r1",
         {{"w.dig", "timezone: Asia/Tokyo\nschedule:\n  daily>: 02:30:00\n+a:\n  echo>: a\n"},
          {"plain.dig", "+a:\n  echo>: a\n"}},
         "&schedule_from=2030-05-06T07:08:09Z");
  }
  std::string post(const std::string& action, const std::string& body = {}) {
    return ask("POST /api/schedules/1/" + action, body);
  }
  std::string next_session() {
    return text_member(ask("GET /api/schedules/1"), "nextScheduleTime");
  }
};

TEST_F(SchedulesApiTest, AreListedAndFound) {
  const std::string schedule =
      R"({"id":"1","project":{"id":"1","name":"p"},"workflow":{"id":"2","name":"w"},)"
      R"("nextRunTime":"2030-05-06T17:30:00Z","nextScheduleTime":"2030-05-07T00:00:00+09:00",)"
      R"("disabledAt":null})";
  EXPECT_EQ(ask("GET /api/schedules/1"), "200 " + schedule);
  for (const std::string path :
       {"/api/schedules", "/api/projects/1/schedules", "/api/projects/1/schedules?workflow=w"}) {
    EXPECT_EQ(ask("GET " + path), "200 {\"schedules\":[" + schedule + "]}") << path;
  }
  for (const std::string path : {"/api/schedules?last_id=1", "/api/projects/1/schedules?last_id=1",
                                 "/api/projects/1/schedules?workflow=plain"}) {
    EXPECT_EQ(ask("GET " + path), R"(200 {"schedules":[]})") << path;
  }
  for (const std::string request :
       {"GET /api/schedules/9", "POST /api/schedules/9/enable", "POST /api/schedules/9/disable"}) {
    EXPECT_EQ(ask(request),
              R"(404 {"message":"Resource does not exist: schedule id=9","status":404})")
        << request;
  }
}

TEST_F(SchedulesApiTest, KeepTheirIdAndStateAcrossPushes) {
  post("disable");
  push("p", "r2", {{"w.dig", "schedule:\n  daily>: 03:00:00\n"}},
       "&schedule_from=2031-01-01T00:00:00Z");
  const std::string schedule = ask("GET /api/schedules/1");
  EXPECT_EQ(text_member(schedule, "nextScheduleTime"), "2031-01-01T00:00:00+00:00");
  EXPECT_FALSE(member(schedule, "disabledAt").is_null());
  push("p", "r3", {{"w.dig", "+a:\n  echo>: a\n"}});
  EXPECT_EQ(ask("GET /api/schedules"), R"(200 {"schedules":[]})");
}

TEST_F(SchedulesApiTest, DisablingAndEnablingAreRepeatable) {
  EXPECT_THAT(post("disable"), HasSubstr(R"("disabledAt":"2024-08-27T01:02:03Z"})"));
  advance(std::chrono::minutes(1));
  EXPECT_THAT(post("disable", "{}"), HasSubstr(R"("disabledAt":"2024-08-27T01:03:03Z"})"));
  for (const std::string body : {"", "{}", R"({"colour":"red"})"}) {
    EXPECT_EQ(post("enable", body),
              R"(200 {"id":"1","project":{"id":"1","name":"p"},"workflow":{"id":"2","name":"w"},)"
              R"("nextRunTime":"2030-05-06T17:30:00Z",)"
              R"("nextScheduleTime":"2030-05-07T00:00:00+09:00",)"
              R"("createdAt":"2024-08-27T01:02:03Z","updatedAt":"2024-08-27T01:03:03Z",)"
              R"("disabledAt":null})");
  }
}

TEST_F(SchedulesApiTest, EnablingMaySkip) {
  post("disable");
  EXPECT_THAT(post("enable", R"({"skipSchedule":true})"), StartsWith("409 "));
  EXPECT_FALSE(member(ask("GET /api/schedules/1"), "disabledAt").is_null());
  EXPECT_EQ(text_member(post("enable", R"({"skipSchedule":true,"nextTime":"2030-09-02T00:00"})"),
                        "nextScheduleTime"),
            "2030-09-02T00:00:00+09:00");
}

TEST_F(SchedulesApiTest, SkippingGoesOnWithALaterSession) {
  EXPECT_EQ(text_member(post("skip", R"({"nextTime":"2030-05-30T00:00","dryRun":true})"),
                        "nextScheduleTime"),
            "2030-05-30T00:00:00+09:00");
  EXPECT_EQ(next_session(), "2030-05-07T00:00:00+09:00");
  EXPECT_EQ(text_member(post("skip", R"({"nextTime":"2030-05-30T00:00","dryRun":false,)"
                                     R"("nextRunTime":"2030-06-01T00:00:00Z"})"),
                        "nextRunTime"),
            "2030-06-01T00:00:00Z");
  EXPECT_EQ(next_session(), "2030-05-30T00:00:00+09:00");
  EXPECT_EQ(text_member(post("skip", R"({"fromTime":"2030-06-01T00:00:00Z","count":2,)"
                                     R"("dryRun":false})"),
                        "nextScheduleTime"),
            "2030-06-04T00:00:00+09:00");
  EXPECT_EQ(post("skip", R"({"nextTime":"2030-05-30T00:00","dryRun":false})"),
            R"(409 {"message":"Specified time to skip schedules is already past","status":409})");
  EXPECT_EQ(post("skip", R"({"fromTime":"2030-06-01T00:00:00Z","dryRun":false})"),
            R"(400 {"message":"nextTime or (fromTime and count) are required","status":400})");
  EXPECT_THAT(ask("POST /api/schedules/9/skip", R"({"count":"many","dryRun":true})"),
              StartsWith("400 "));
  for (const std::string body :
       {"", "{}", R"({"nextTime":"2031-01-01T00:00"})", R"({"nextTime":"soon","dryRun":false})",
        R"({"count":"many","fromTime":"2030-06-01T00:00:00Z","dryRun":true})"}) {
    EXPECT_THAT(post("skip", body), StartsWith("400 ")) << body;
  }
}

TEST_F(SchedulesApiTest, ABackfillStartsPastSessionsOneAfterTheOther) {
  const std::string body =
      R"({"fromTime":"2030-05-03T17:30:00Z","dryRun":false,"attemptName":"fix","count":2})";
  const std::string backfilled = post("backfill", body);
  EXPECT_THAT(backfilled, StartsWith(R"(200 {"id":"1","project":{"id":"1","name":"p"},)"
                                     R"("workflow":{"id":"2","name":"w"},"attempts":[)"
                                     R"({"status":"running","id":"1","index":1,)"));
  EXPECT_EQ(text_member(backfilled, "attempts.0.sessionTime"), "2030-05-04T00:00:00+09:00");
  EXPECT_EQ(value::to_json(member(backfilled, "attempts.1.params")),
            R"({"last_session_time":"2030-05-04T00:00:00+09:00",)"
            R"("next_session_time":"2030-05-06T00:00:00+09:00",)"
            R"("last_executed_session_time":"2030-05-04T00:00:00+09:00"})");
  EXPECT_EQ(wait("1"), "success");
  EXPECT_EQ(wait("2"), "success");
  EXPECT_EQ(next_session(), "2030-05-07T00:00:00+09:00");
  EXPECT_EQ(post("backfill", body),
            R"(409 {"message":"Attempt of project id=1 workflow=w instant=2030-05-03T15:00:00Z )"
            R"(attempt name=fix already exists","status":409})");
}

TEST_F(SchedulesApiTest, ADryBackfillStartsNothing) {
  const std::string shown =
      post("backfill", R"({"fromTime":"2030-05-05T00:00:00Z","dryRun":true,"attemptName":"fix"})");
  EXPECT_EQ(text_member(shown, "attempts.0.id"), "0");
  EXPECT_EQ(text_member(shown, "attempts.0.sessionId"), "0");
  EXPECT_EQ(text_member(shown, "attempts.0.workflow.id"), "2");
  EXPECT_EQ(value::to_json(member(shown, "attempts.0.params")), "{}");
  EXPECT_EQ(ask("GET /api/sessions"), R"(200 {"sessions":[]})");
}

TEST_F(SchedulesApiTest, BackfillsThatAreWrongStartNothing) {
  EXPECT_EQ(
      post("backfill", R"({"fromTime":"2030-05-05T00:00:00Z","dryRun":false,"attemptName":""})"),
      R"(400 {"message":"Validating attempt request failed\nretry attempt name must not be )"
      R"(blank: \"\"","status":400})");
  EXPECT_EQ(ask("POST /api/schedules/9/backfill",
                R"({"fromTime":"2030-05-05T00:00+00:00","dryRun":false,"attemptName":""})")
                .substr(0, 3),
            "404");
  EXPECT_EQ(post("backfill", R"({"fromTime":"2030-05-05T00:00:00Z","dryRun":false,)"
                             R"("attemptName":"n","count":5})"),
            R"(400 {"message":"count is set to 5 but there are only 1 attempts until the next )"
            R"(schedule time","status":400})");
  for (const std::string body : {"", "{}", R"({"fromTime":"2030-05-05T00:00:00Z","dryRun":true})",
                                 R"({"fromTime":"2030-05-05","dryRun":true,"attemptName":"n"})"}) {
    EXPECT_THAT(post("backfill", body), StartsWith("400 ")) << body;
  }
  EXPECT_EQ(ask("GET /api/sessions"), R"(200 {"sessions":[]})");
}

}  // namespace
}  // namespace mogura::server
