// The routes of retention, and looking for sessions.
#include <gmock/gmock.h>

#include "server/api_test_kit.h"

namespace mogura::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class HistoryApiTest : public ApiTest {
 protected:
  // The id of the session; its attempt has ended.
  std::string run(const std::string& session_time, const std::string& params = "{}") {
    const std::string started =
        ask("PUT /api/attempts", R"({"workflowId":"1","sessionTime":")" + session_time +
                                     R"(","params":)" + params + "}");
    wait(text_member(started, "id"));
    return text_member(started, "sessionId");
  }
  std::vector<std::string> sessions(const std::string& request) {
    std::vector<std::string> ids;
    const Value list = member(ask("GET " + request), "sessions");
    for (const Value& session : list.as_array()) {
      ids.push_back(session.as_object().find("id")->as_text());
    }
    return ids;
  }
  static inline const std::string kRetention = "/api/projects/1/retention";
};

const std::string kDone = "timezone: UTC\n+a:\n  echo>: a\n";

TEST_F(HistoryApiTest, AProjectMayHaveAPolicyOfItsOwn) {
  push("p", "r", {{"w.dig", kDone}});
  services_.settings.retention.max_age = std::chrono::days(90);
  EXPECT_EQ(ask("GET " + kRetention),
            R"(200 {"project":{"id":"1","name":"p"},"maxAge":"90d","maxSessions":null,)"
            R"("own":false})");
  EXPECT_EQ(ask("PUT " + kRetention, R"({"maxAge":"1d 12h","maxSessions":5})"),
            R"(200 {"project":{"id":"1","name":"p"},"maxAge":"1d 12h","maxSessions":5,)"
            R"("own":true})");
  EXPECT_THAT(ask("PUT " + kRetention, "{}"), HasSubstr(R"("maxAge":null,"maxSessions":null)"));
  EXPECT_THAT(ask("DELETE " + kRetention), HasSubstr(R"("maxAge":"90d")"));
  for (const char* const wrong : {R"({"maxAge":"soon"})", R"({"maxSessions":0})", ""}) {
    EXPECT_THAT(ask("PUT " + kRetention, wrong), HasSubstr("400 ")) << wrong;
  }
  EXPECT_THAT(ask("GET /api/projects/9/retention"), HasSubstr("404 "));
}

TEST_F(HistoryApiTest, ShowsWhatWouldBeDeleted) {
  push("p", "r", {{"w.dig", kDone}});
  const std::string one = run("2024-01-01T00:00:00Z");
  const std::string two = run("2024-01-02T00:00:00Z");
  run("2024-01-03T00:00:00Z");
  const std::string path = kRetention + "/expired";
  EXPECT_THAT(sessions(path), IsEmpty());
  EXPECT_THAT(sessions(path + "?max_sessions=1"), ElementsAre(one, two));
  EXPECT_THAT(sessions(path + "?max_sessions=1&page_size=1"), ElementsAre(one));
  EXPECT_THAT(sessions(path + "?max_sessions=1&last_id=" + one), ElementsAre(two));
  EXPECT_THAT(sessions(path + "?max_age=1d"), IsEmpty());
  advance(std::chrono::hours(48));
  EXPECT_THAT(sessions(path + "?max_age=1d"), ElementsAre(one, two));
  ask("PUT " + kRetention, R"({"maxSessions":2})");
  EXPECT_THAT(sessions(path), ElementsAre(one));
  EXPECT_EQ(sessions("/api/sessions").size(), 3u);
}

TEST_F(HistoryApiTest, SessionsAreFoundByTimeStateAndParameters) {
  push("p", "r", {{"w.dig", kDone}});
  const std::string one = run("2024-01-01T00:00:00Z", R"({"day":"mon"})");
  const std::string two = run("2024-01-02T00:00:00Z", R"({"day":"a=b c"})");
  const std::string path = "/api/sessions/search";
  EXPECT_THAT(sessions(path), ElementsAre(two, one));
  EXPECT_THAT(sessions(path + "?from=2024-01-02T00:00:00Z"), ElementsAre(two));
  EXPECT_THAT(sessions(path + "?to=2024-01-02T00:00:00%2B00:00"), ElementsAre(one));
  EXPECT_THAT(sessions(path + "?state=success"), ElementsAre(two, one));
  EXPECT_THAT(sessions(path + "?state=error"), IsEmpty());
  EXPECT_THAT(sessions(path + "?param=day%3Da%3Db+c"), ElementsAre(two));
  EXPECT_THAT(sessions(path + "?param=day=mon&param=day=tue"), IsEmpty());
  EXPECT_THAT(sessions(path + "?project=p&workflow=w"), ElementsAre(two, one));
  EXPECT_THAT(sessions(path + "?project=p&workflow=v"), IsEmpty());
  EXPECT_THAT(ask("GET " + path + "?project=q"), HasSubstr("404 "));
  for (const char* const wrong :
       {"from=x", "state=x", "param=x", "param==x", "param=a%3D%00", "after=1", "after=x.1"}) {
    EXPECT_THAT(ask("GET " + path + "?" + wrong), HasSubstr("400 ")) << wrong;
  }
}

TEST_F(HistoryApiTest, ASearchGoesOnWhereItEnded) {
  push("p", "r", {{"w.dig", kDone}});
  const std::string one = run("2024-01-01T00:00:00Z");
  const std::string two = run("2024-01-02T00:00:00Z");
  const std::string first = ask("GET /api/sessions/search?page_size=1");
  EXPECT_EQ(text_member(first, "sessions.0.id"), two);
  const std::string second = ask("GET /api/sessions/search?after=" + text_member(first, "next"));
  EXPECT_EQ(text_member(second, "sessions.0.id"), one);
  EXPECT_TRUE(member(second, "next").is_null());
}

TEST_F(HistoryApiTest, RevisionsArePagedByName) {
  for (const char* const name : {"r1", "r2", "r3"}) push("p", name, {{"w.dig", kDone}});
  const auto revisions = [&](const std::string& query) {
    std::vector<std::string> names;
    const Value list = member(ask("GET /api/projects/1/revisions" + query), "revisions");
    for (const Value& revision : list.as_array()) {
      names.push_back(revision.as_object().find("revision")->as_text());
    }
    return names;
  };
  EXPECT_THAT(revisions(""), ElementsAre("r3", "r2", "r1"));
  EXPECT_THAT(revisions("?before=r2"), ElementsAre("r1"));
  EXPECT_THAT(revisions("?before=r1"), IsEmpty());
  EXPECT_THAT(ask("GET /api/projects/1/revisions?before=r9"), HasSubstr("404 "));
}

}  // namespace
}  // namespace mogura::server
