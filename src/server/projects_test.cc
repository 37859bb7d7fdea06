// Projects and workflows through the API (rest-api.md §6, §7).
#include <gmock/gmock.h>

#include "net/content_coding.h"
#include "server/api_test_kit.h"

namespace mogura::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kEcho = "+a:\n  echo>: a\n";

TEST_F(ApiTest, APushedProjectCanBeReadBack) {
  const std::string pushed = push("shop", "r1", {{"nightly.dig", kEcho}});
  EXPECT_THAT(pushed, StartsWith(R"(200 {"id":"1","name":"shop","revision":"r1",)"
                                 R"("createdAt":"2024-08-27T01:02:03Z",)"
                                 R"("updatedAt":"2024-08-27T01:02:03Z","deletedAt":null,)"
                                 R"("archiveType":"db","archiveMd5":")"));
  EXPECT_EQ(ask("GET /api/projects/1"), pushed);
  EXPECT_EQ(ask("GET /api/project?name=shop"), pushed);
  EXPECT_EQ(ask("GET /api/projects"), "200 {\"projects\":[" + pushed.substr(4) + "]}");
  EXPECT_EQ(ask("GET /api/projects?name=shop"), "200 {\"projects\":[" + pushed.substr(4) + "]}");
  EXPECT_EQ(ask("GET /api/projects?name="), R"(200 {"projects":[]})");
  EXPECT_EQ(ask("GET /api/projects/1/workflows/nightly"),
            R"(200 {"id":"1","name":"nightly","project":{"id":"1","name":"shop"},"revision":"r1",)"
            R"("timezone":"UTC","config":{"+a":{"echo>":"a"}}})");
}

TEST_F(ApiTest, APushAddsARevisionAndTheArchiveComesBackAsItWas) {
  push("shop", "r1", {{"a.dig", kEcho}});
  push("shop", "r2", {{"b.dig", kEcho}, {"a.dig", kEcho}});
  EXPECT_EQ(text_member(ask("GET /api/projects/1"), "revision"), "r2");
  const std::string revisions = ask("GET /api/projects/1/revisions");
  EXPECT_EQ(text_member(revisions, "revisions.0.revision"), "r2");
  EXPECT_EQ(text_member(revisions, "revisions.1.revision"), "r1");
  EXPECT_THAT(ask("GET /api/projects/1/revisions?name=r1"), HasSubstr(R"("userInfo":{})"));
  EXPECT_EQ(ask("GET /api/projects/1/revisions?name=none"), R"(200 {"revisions":[]})");

  // Workflows get their ids by name.
  const std::string workflows = ask("GET /api/projects/1/workflows");
  EXPECT_EQ(text_member(workflows, "workflows.0.name"), "a");
  EXPECT_EQ(text_member(workflows, "workflows.0.id"), "2");
  EXPECT_EQ(text_member(workflows, "workflows.1.id"), "3");
  EXPECT_EQ(text_member(ask("GET /api/workflows/1"), "revision"), "r1");

  const net::ServerResponse archive = respond("GET /api/projects/1/archive?revision=r1");
  EXPECT_EQ(text_of(archive), blob::testing::archive_of({{"a.dig", kEcho}}));
  EXPECT_EQ(header_of(archive, "Content-Type"), "application/gzip");
  EXPECT_EQ(ask("GET /api/projects/1/archive?revision=none"),
            R"(404 {"message":"Resource does not exist: revision name=none in project id=1",)"
            R"("status":404})");
}

TEST_F(ApiTest, ARevisionThatIsThereAlreadyIs409) {
  push("shop", "r1", {{"a.dig", kEcho}});
  EXPECT_EQ(
      push("shop", "r1", {{"a.dig", kEcho}}),
      R"(409 {"message":"Resource already exists: revision=r1 in project id=1","status":409})");
}

TEST_F(ApiTest, PushesThatAreWrongChangeNothing) {
  const auto refused = [](const std::string& message) {
    return "400 " + value::to_json(Object{{"message", message}, {"status", 400}});
  };
  const Files good = {{"a.dig", kEcho}};
  const std::string archive = blob::testing::archive_of({{"a.dig", kEcho}});
  EXPECT_EQ(ask("PUT /api/projects?revision=r", archive), refused("project= is required"));
  EXPECT_EQ(ask("PUT /api/projects?project=&revision=r", archive), refused("project= is required"));
  EXPECT_EQ(ask("PUT /api/projects?project=p&revision=", archive),
            refused("revision= is required"));
  EXPECT_EQ(push("p", "r", good, "&schedule_from=2024-08-27"),
            refused("Invalid schedule_from= parameter format. Expected "
                    "yyyy-MM-dd'T'HH:mm:ss'Z' format"));
  EXPECT_EQ(push("p", "r", good, "&schedule_from=2024-08-27T00:00:00%2B09:00"),
            refused("Invalid schedule_from= parameter format. Expected "
                    "yyyy-MM-dd'T'HH:mm:ss'Z' format"));
  EXPECT_EQ(push("p", "r", good, "&clear_schedule=none"), refused("none does not exist"));
  EXPECT_EQ(push("1p", "r", good),
            refused("Validating project failed\nname must not start with a numeric digit (0-9): "
                    "\"1p\""));
  EXPECT_THAT(push("p/q", "r", good), StartsWith("400 "));
  const std::string long_name(231, 'p');
  EXPECT_EQ(push(long_name, "r", good),
            refused("Validating project failed\nname must not be longer than 230 bytes: \"" +
                    long_name + "\""));
  EXPECT_THAT(push("p", std::string(256, 'r'), good), StartsWith("400 "));
  EXPECT_EQ(ask("PUT /api/projects?project=p&revision=r", "no archive"),
            refused("Input is not in the .gz format"));
  EXPECT_EQ(ask("PUT /api/projects?project=p&revision=r"),
            refused("Input is not in the .gz format"));
  EXPECT_THAT(push("p", "r", {{"a.dig", "+a: [unclosed\n"}}), HasSubstr("workflow a.dig"));
  EXPECT_THAT(push("p", "r", {{"a.dig", "+a:\n  echo>: a\n  sh>: b\n"}}),
              HasSubstr("A task can't have more than one operator"));
  EXPECT_EQ(push("p", "r", {{"a.dig", "schedule:\n  daily>: 10:00\n"}}),
            refused("daily> scheduler requires hh:mm:ss format: 10:00"));
  EXPECT_EQ(push("p", "r", {{"a.dig", "schedule:\n  cron>: 0 * * * *\n  delay: 90\n"}}),
            refused("Parameter 'delay' is not used at schedule. \n"));
  EXPECT_THAT(push("p", "r", {{"a.dig", "schedule:\n  cron>: 61 * * * *\n"}}), StartsWith("400 "));
  EXPECT_EQ(ask("GET /api/projects"), R"(200 {"projects":[]})");
}

TEST_F(ApiTest, ArchivesHaveALimit) {
  services_.settings.archive.max_total_bytes = 10;
  EXPECT_EQ(push("p", "r", {{"a.dig", kEcho}}),
            "400 {\"message\":\"Size of the uploaded archive file exceeds limit (10 bytes)\","
            "\"status\":400}");
}

TEST_F(ApiTest, AnArchiveThatIsPackedOnceMoreIsRefused) {
  const std::string archive = blob::testing::archive_of({{"a.dig", kEcho}});
  net::ServerRequest request;
  api_ = std::make_unique<Api>(services_);
  request.method = "PUT";
  request.target = net::parse_target("/api/projects?project=p&revision=r");
  request.body = archive;
  request.content_length = archive.size() - 1;
  EXPECT_EQ(text_of(api_->handle(request)),
            R"({"message":"Content-Length header doesn't match with uploaded data size",)"
            R"("status":400})");
  // In chunks no length is announced.
  request.content_length.reset();
  EXPECT_EQ(api_->handle(request).status, 200);
}

TEST_F(ApiTest, ADeletedProjectIs404AndItsNameIsFree) {
  const std::string pushed = push("shop", "r1", {{"a.dig", kEcho}});
  EXPECT_EQ(ask("DELETE /api/projects/1"), pushed);
  const std::string gone =
      R"(404 {"message":"Project id=1 is already deleted at 2024-08-27T01:02:03.456Z",)"
      R"("status":404})";
  for (const std::string path :
       {"", "/revisions", "/archive", "/workflows", "/workflows/a", "/schedules", "/sessions"}) {
    EXPECT_EQ(ask("GET /api/projects/1" + path), gone) << path;
  }
  EXPECT_EQ(ask("DELETE /api/projects/1"), gone);
  EXPECT_EQ(ask("GET /api/projects?name=shop"), R"(200 {"projects":[]})");
  EXPECT_EQ(text_member(ask("GET /api/workflows/1"), "project.name"), "shop");
  EXPECT_EQ(text_member(push("shop", "r1", {{"a.dig", kEcho}}), "id"), "2");
}

TEST_F(ApiTest, ListsArePagedByIdAndFilteredByAPartOfTheName) {
  for (const std::string name : {"x-alpha", "x-Beta", "y%_"}) push(name, "r", {{"w.dig", kEcho}});
  const auto names = [this](const std::string& path, const std::string& list) {
    std::string found;
    const Value answer = member(ask("GET /api/" + path), list);
    for (const Value& item : answer.as_array()) {
      const Object& object = item.as_object();
      const Value* const project = object.find("project");
      found += (project ? project->as_object() : object).find("name")->as_text() + " ";
    }
    return found;
  };
  EXPECT_EQ(names("projects", "projects"), "x-alpha x-Beta y%_ ");
  EXPECT_EQ(names("projects?name_pattern=x-", "projects"), "x-alpha x-Beta ");
  EXPECT_EQ(names("projects?name_pattern=beta", "projects"), "");
  EXPECT_EQ(names("projects?name_pattern=%25_", "projects"), "y%_ ");
  EXPECT_EQ(names("projects?name_pattern=_", "projects"), "y%_ ");
  EXPECT_EQ(names("projects?last_id=1&count=1", "projects"), "x-Beta ");
  EXPECT_EQ(names("workflows?order=desc&count=2", "workflows"), "y%_ x-Beta ");
  EXPECT_EQ(names("workflows?order=desc&last_id=3", "workflows"), "x-Beta x-alpha ");
  EXPECT_EQ(names("workflows?name_pattern=alpha", "workflows"), "");
  EXPECT_EQ(names("workflows?name_pattern=alpha&search_project_name=true", "workflows"),
            "x-alpha ");
  EXPECT_EQ(ask("GET /api/workflows?order=up"),
            R"(400 {"message":"parameter 'order' must be either 'asc' or 'desc'","status":400})");
}

TEST_F(ApiTest, SessionTimesAreTruncatedInTheWorkflowsZone) {
  push("p", "r",
       {{"w.dig", "timezone: Asia/Tokyo\nschedule:\n  daily>: 03:30:00\n" + kEcho},
        {"z.dig", kEcho}});
  const auto truncated = [this](const std::string& query) {
    return ask("GET /api/workflows/1/truncated_session_time?session_time=" + query);
  };
  EXPECT_EQ(truncated("2016-02-03T20:05:06Z&mode=day"),
            R"(200 {"project":{"id":"1","name":"p"},"revision":"r",)"
            R"("sessionTime":"2016-02-04T00:00:00+09:00","timezone":"Asia/Tokyo"})");
  const std::vector<std::pair<std::string, std::string>> times = {
      {"2016-02-03T20:05", "2016-02-03T20:05:00+09:00"},
      {"2016-02-03T20:05:06.789Z", "2016-02-04T05:05:06+09:00"},
      {"2016-02-03T20:05:06Z&mode=hour", "2016-02-04T05:00:00+09:00"},
      {"2016-02-03T03:30:01&mode=schedule", "2016-02-04T00:00:00+09:00"},
      {"2016-02-03T00:00:00&mode=next_schedule", "2016-02-04T00:00:00+09:00"}};
  for (const auto& [query, time] : times) {
    EXPECT_EQ(text_member(truncated(query), "sessionTime"), time) << query;
  }
  for (const std::string query : {"", "yesterday", "2016-02-03", "2016-02-03T00:00:00&mode=minute",
                                  "2016-02-03T00:00:00&mode=HOUR"}) {
    EXPECT_EQ(truncated(query), "404 ") << query;
  }
  EXPECT_EQ(ask("GET /api/workflows/1/truncated_session_time"),
            R"(400 {"message":"session_time= is required","status":400})");
  EXPECT_THAT(
      ask("GET "
          "/api/workflows/2/truncated_session_time?session_time=2016-02-03T00:00:00&mode=schedule"),
      HasSubstr("session_time_truncate=schedule is set but schedule is not set"));
}

}  // namespace
}  // namespace mogura::server
