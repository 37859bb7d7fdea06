#include "server/api.h"

#include <gmock/gmock.h>

#include "base/base64.h"
#include "server/api_test_kit.h"
#include "store/sqlite/database.h"

namespace mogura::server {

std::unique_ptr<store::Database> open_test_database() {
  return store::sqlite::open_memory_database();
}

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(ApiTest, UnknownPathsAreEmpty404s) {
  for (const std::string method :
       {"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "FROBNICATE"}) {
    EXPECT_EQ(ask(method + " /api/nothing"), "404 ");
  }
  EXPECT_EQ(ask("GET /api"), "404 ");
  EXPECT_EQ(ask("GET /api/"), "404 ");
  EXPECT_EQ(ask("GET /api//version"), "404 ");
  EXPECT_EQ(ask("GET /api/version/x"), "404 ");
  EXPECT_EQ(header_of(respond("GET /api/nothing"), "Content-Type"), "(none)");
}

TEST_F(ApiTest, ASlashAtTheEndDoesNotCount) {
  EXPECT_EQ(ask("GET /api/version/"), R"(200 {"version":"0.10.6"})");
  EXPECT_EQ(ask("GET /api/version//"), "404 ");
}

TEST_F(ApiTest, WrongMethodsAndOptionsTellTheRightOnes) {
  const std::vector<std::pair<std::string, std::string>> allowed = {
      {"/api/version", "GET, HEAD, OPTIONS"},
      {"/api/attempts", "GET, HEAD, OPTIONS, PUT"},
      {"/api/attempts/1/kill", "OPTIONS, POST"},
      {"/api/attempts/kill", "OPTIONS, POST"},
      {"/api/projects/1", "DELETE, GET, HEAD, OPTIONS"},
      {"/api/projects/abc", "DELETE, GET, HEAD, OPTIONS"}};
  for (const auto& [path, methods] : allowed) {
    const net::ServerResponse wrong = respond("FROBNICATE " + path);
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(header_of(wrong, "Allow"), methods) << path;
    EXPECT_EQ(text_of(wrong), "");
    const net::ServerResponse options = respond("OPTIONS " + path);
    EXPECT_EQ(options.status, 200);
    EXPECT_EQ(header_of(options, "Allow"), methods) << path;
    EXPECT_EQ(header_of(options, "Content-Type"), "text/plain;charset=UTF-8");
  }
}

TEST_F(ApiTest, PathsOutsideOfTheApiTakeOnlyReadingMethods) {
  EXPECT_EQ(ask("POST /ui", "{}"), "405 ");
  EXPECT_EQ(ask("DELETE /projects/1"), "405 ");
  EXPECT_EQ(ask("GET /ui"), "404 ");
  EXPECT_EQ(header_of(respond("PUT /ui"), "Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(ApiTest, IdsThatAreNoneAreEmpty404s) {
  for (const std::string path :
       {"/projects/abc", "/projects/2147483648", "/schedules/4294967296",
        "/sessions/9223372036854775808", "/attempts/1.5", "/attempts/%20", "/workflows/x",
        "/projects?last_id=abc", "/projects?count=abc", "/projects?last_id=2147483648",
        "/workflows?last_id=x", "/sessions?page_size=ten", "/attempts?last_id=1e3",
        "/attempts?last_id="}) {
    EXPECT_EQ(ask("GET /api" + path), "404 ") << path;
  }
  EXPECT_EQ(ask("GET /api/projects/2147483647"),
            R"(404 {"message":"Resource does not exist: project id=2147483647","status":404})");
  EXPECT_EQ(ask("GET /api/attempts/-1"),
            R"(404 {"message":"Resource does not exist: session attempt id=-1","status":404})");
}

TEST_F(ApiTest, AddressesWithANulAre400s) {
  for (const std::string call :
       {"GET /api/projects?name=a%00", "GET /api/projects/1/workflows/a%00b",
        "GET /api/attempts?%00=1", "PUT /api/projects?project=a%00&revision=r"}) {
    EXPECT_THAT(ask(call), StartsWith(R"(400 {"message":"The address holds a NUL)")) << call;
  }
}

TEST_F(ApiTest, PageSizesHaveAMaximumAndAMinimum) {
  EXPECT_EQ(ask("GET /api/sessions?page_size=100"), R"(200 {"sessions":[]})");
  for (const std::string path : {"/api/sessions", "/api/attempts", "/api/sessions/9/attempts"}) {
    EXPECT_EQ(ask("GET " + path + "?page_size=101"),
              R"(400 {"message":"Your specified page_size is Optional.of(101), but it is larger )"
              R"(than MAX_PAGE_SIZE: 100. You must specify page_size with a number which is )"
              R"(smaller than 100.","status":400})");
    EXPECT_THAT(ask("GET " + path + "?page_size=0"), StartsWith("400 "));
  }
  EXPECT_THAT(ask("GET /api/projects?count=0"), StartsWith("400 "));
  EXPECT_THAT(ask("GET /api/workflows?count=-1"), StartsWith("400 "));
}

TEST_F(ApiTest, WhatACallerCannotReadIs406) {
  const auto status = [this](const std::string& accept) {
    return respond("GET /api/projects", "", {{"Accept", accept}}).status;
  };
  EXPECT_EQ(status("text/plain"), 406);
  EXPECT_EQ(status("application/json;q=0"), 406);
  EXPECT_EQ(status("application/json"), 200);
  EXPECT_EQ(status("APPLICATION/JSON; charset=utf-8"), 200);
  EXPECT_EQ(status("text/html, */*;q=0.1"), 200);
  EXPECT_EQ(status("application/*"), 200);
  EXPECT_EQ(status(""), 200);
}

TEST_F(ApiTest, BodiesOfAnotherTypeAre400) {
  const std::string refusal =
      R"({"message":"RESTEASY003065: Cannot consume content type","status":400})";
  EXPECT_EQ(text_of(respond("PUT /api/attempts", "{}", {{"Content-Type", "text/plain"}})), refusal);
  EXPECT_EQ(text_of(respond("PUT /api/projects?project=p&revision=r", "{}",
                            {{"Content-Type", "application/json"}})),
            refusal);
  EXPECT_NE(text_of(respond("PUT /api/attempts", "{}",
                            {{"Content-Type", "application/json; charset=utf-8"}})),
            refusal);
}

TEST_F(ApiTest, ABodyThatIsNoObjectIs400) {
  for (const std::string body : {"", " ", "{", "[]", "1", "{\"workflowId\":", "\xff"}) {
    EXPECT_THAT(ask("PUT /api/attempts", body), StartsWith("400 {\"message\":")) << body;
  }
}

TEST_F(ApiTest, TellsItsVersionAndWhetherAClientFits) {
  services_.settings.upgrade_recommended_if_older = Version::parse("4.5.0");
  services_.settings.api_incompatible_if_older = Version::parse("4.0.0");
  EXPECT_EQ(ask("GET /api/version"), R"(200 {"version":"0.10.6"})");
  const auto check = [this](const std::string& client) {
    return ask("GET /api/version/check?client=" + client);
  };
  EXPECT_EQ(check("4.5.0"),
            R"(200 {"serverVersion":"0.10.6","upgradeRecommended":false,"apiCompatible":true})");
  EXPECT_EQ(check("4.5.0-beta"),
            R"(200 {"serverVersion":"0.10.6","upgradeRecommended":true,"apiCompatible":true})");
  EXPECT_EQ(check("3.9.9"),
            R"(200 {"serverVersion":"0.10.6","upgradeRecommended":true,"apiCompatible":false})");
  EXPECT_EQ(check("not.a.version"),
            R"(400 {"message":"Invalid version string: not.a.version","status":400})");
  EXPECT_EQ(ask("GET /api/version/check"), R"(400 {"message":"client= is required","status":400})");
}

TEST_F(ApiTest, TellsThatItIsAliveAndReadyWithoutAuthentication) {
  services_.settings.user = BasicUser{"alice", "wonder"};
  EXPECT_EQ(ask("GET /health/live"), R"(200 {"status":"up"})");
  EXPECT_EQ(ask("GET /health/ready"), R"(200 {"status":"up"})");
}

TEST_F(ApiTest, BasicAuthenticationProtectsEverythingButTheVersion) {
  services_.settings.user = BasicUser{"alice", "won:der"};
  const auto with = [this](const std::string& path, const std::string& header) {
    const net::ServerResponse response = respond("GET " + path, "", {{"Authorization", header}});
    return std::to_string(response.status) + " " + text_of(response);
  };
  const std::string right = "Basic " + to_base64("alice:won:der");
  EXPECT_EQ(ask("GET /api/version"), R"(200 {"version":"0.10.6"})");
  EXPECT_EQ(ask("OPTIONS /api/projects").substr(0, 3), "200");
  for (const std::string path : {"/api/projects", "/api/nothing", "/api/version/check?client=1",
                                 "/api/version/", "/api/swagger.json", "/api/openapi.json"}) {
    EXPECT_EQ(ask("GET " + path), R"(401 {"message":"Missing Authorization header","status":401})");
  }
  EXPECT_EQ(with("/api/projects", right), R"(200 {"projects":[]})");
  EXPECT_EQ(with("/api/projects", "bAsIc " + to_base64("alice:won:der")), R"(200 {"projects":[]})");
  EXPECT_EQ(with("/api/nothing", right), "404 ");
  const std::string unauthorized = R"(401 {"message":"unauthorized","status":401})";
  for (const std::string& header :
       {"Basic " + to_base64("alice:won:der "), "Basic " + to_base64("alice:won"),
        "Basic " + to_base64("alice:"), "Basic " + to_base64("bob:won:der"),
        "Basic " + to_base64("alice"), std::string("Basic"), std::string("Basic !!!"),
        std::string("Bearer abc"), std::string(""), "Basic " + to_base64(":"),
        "Basic " + to_base64("")}) {
    EXPECT_EQ(with("/api/projects", header), unauthorized) << header;
  }
}

TEST_F(ApiTest, AdminRoutesAnswerOnTheAdminListenerAndOnlyToAdmins) {
  EXPECT_EQ(ask("GET /api/admin/attempts/1/userinfo"), "404 ");
  listener_ = kAdminListener;
  EXPECT_EQ(ask("GET /api/admin/attempts/1/userinfo"), "403 ");
  EXPECT_EQ(ask("GET /api/version"), R"(200 {"version":"0.10.6"})");
}

TEST_F(ApiTest, AnAdminSeesAdminRoutes) {
  services_.settings.user = BasicUser{"alice", "wonder", true};
  listener_ = kAdminListener;
  const net::ServerResponse response =
      respond("GET /api/admin/attempts/1/userinfo", "",
              {{"Authorization", "Basic " + to_base64("alice:wonder")}});
  EXPECT_EQ(text_of(response),
            R"({"message":"Resource does not exist: session attempt id=1","status":404})");
}

TEST_F(ApiTest, EveryAnswerOfTheApiCarriesTheConfiguredHeaders) {
  services_.settings.headers = {{"X-Frame-Options", "DENY"}};
  services_.settings.user = BasicUser{"alice", "wonder"};
  for (const std::string path : {"/api/version", "/api/nothing", "/api/projects"}) {
    EXPECT_EQ(header_of(respond("GET " + path), "X-Frame-Options"), "DENY") << path;
  }
  EXPECT_EQ(header_of(respond("GET /ui"), "X-Frame-Options"), "(none)");
}

TEST_F(ApiTest, WithSwaggerPagesOfOtherOriginsMayAsk) {
  services_.settings.enable_swagger = true;
  for (const std::string request :
       {"GET /api/version", "OPTIONS /api/version", "GET /api/nothing"}) {
    EXPECT_EQ(header_of(respond(request), "Access-Control-Allow-Origin"), "*") << request;
  }
}

}  // namespace
}  // namespace mogura::server
