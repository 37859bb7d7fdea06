#include "server/openapi.h"

#include <gmock/gmock.h>

#include <set>

#include "server/api_test_kit.h"
#include "server/models.h"
#include "server/routes.h"
#include "server/schemas.h"

namespace mogura::server {
namespace {

using ::testing::ElementsAreArray;

std::vector<std::string> keys_of(const Object& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object) keys.push_back(key);
  return keys;
}

bool is_described(std::string_view name) {
  return name.empty() || name.contains('/') || find_model(name) != nullptr;
}

TEST(RouteTable, EveryRouteSaysWhoMayCallItAndWhatItTakesAndGives) {
  std::set<std::string> operations;
  for (const Route& route : all_routes()) {
    const std::string name = std::string(route.method) + " " + std::string(route.path);
    EXPECT_TRUE(operations.insert(name).second) << name << " is there twice";
    EXPECT_NE(route.permission, Permission::nobody) << name;
    EXPECT_NE(route.handler, nullptr) << name;
    EXPECT_FALSE(route.summary.empty()) << name;
    EXPECT_TRUE(is_described(route.body)) << name;
    EXPECT_TRUE(is_described(route.result) && !route.result.empty()) << name;
    EXPECT_EQ(route.method == "GET" || route.method == "DELETE", route.body.empty()) << name;
  }
}

TEST(RouteTable, ARouteThatForgetsToSayWhoMayCallItIsClosed) {
  EXPECT_FALSE(Caller{.is_admin = true}.may(Route{}.permission));
}

TEST(Models, HaveTheMembersThatAreDescribedInTheirOrder) {
  store::Schedule schedule;
  store::SessionSummary session;
  store::AttemptTasks tasks;
  tasks.tasks.emplace_back();
  const std::vector<std::pair<std::string_view, Object>> made = {
      {"Project", project_model({}, {})},
      {"Revision", revision_model({})},
      {"Retention", retention_model({}, {}, false)},
      {"Workflow", workflow_model({}, {}, {})},
      {"Schedule", schedule_model(schedule)},
      {"ScheduleSummary", schedule_summary_model(schedule)},
      {"Session", session_model(session)},
      {"LastAttempt", session_model(session).find("lastAttempt")->as_object()},
      {"Attempt", attempt_model(session.last_attempt)},
      {"Task", task_models(tasks, {}).front().as_object()},
      {"IdAndName", id_and_name(1, "n")},
      {"NameOptionalId", session_model(session).find("workflow")->as_object()}};
  for (const auto& [name, object] : made) {
    const Model* const model = find_model(name);
    ASSERT_NE(model, nullptr) << name;
    std::vector<std::string> described;
    for (const Field& field : model->fields) described.emplace_back(field.name);
    EXPECT_THAT(keys_of(object), ElementsAreArray(described)) << name;
  }
}

// Every "#/..." of the document.
void collect_references(const Value& value, std::set<std::string>& found) {
  if (value.is_array()) {
    for (const Value& item : value.as_array()) collect_references(item, found);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.as_object()) {
      if (key == "$ref") found.insert(member.as_text());
      collect_references(member, found);
    }
  }
}

TEST(OpenApi, DescribesEveryRouteAndRefersOnlyToModelsThatAreThere) {
  const Object document = openapi_document(all_routes(), "1.2.3");
  EXPECT_EQ(document.find("info")->as_object().find("version")->as_text(), "1.2.3");
  const Object& paths = document.find("paths")->as_object();
  for (const Route& route : all_routes()) {
    std::string path;
    for (std::size_t at = 0; at < route.path.size(); ++at) {
      if (route.path[at] == ':') at = route.path.find('}', at);
      path += route.path[at];
    }
    EXPECT_TRUE(paths.contains(path)) << path;
  }
  const Object& schemas = document.find("components")->as_object().find("schemas")->as_object();
  std::set<std::string> references;
  collect_references(document, references);
  EXPECT_FALSE(references.empty());
  for (const std::string& reference : references) {
    EXPECT_TRUE(schemas.contains(reference.substr(reference.rfind('/') + 1))) << reference;
  }
}

TEST_F(ApiTest, DescribesItself) {
  EXPECT_EQ(text_member(ask("GET /api/openapi.json"), "openapi"), "3.0.3");
  EXPECT_EQ(ask("GET /api/swagger.json"), "404 ");
  services_.settings.enable_swagger = true;
  const std::string swagger = ask("GET /api/swagger.json");
  EXPECT_EQ(text_member(swagger, "swagger"), "2.0");
  EXPECT_EQ(value::to_json(member(swagger, "info")),
            R"({"description":"Digdag server API","version":"0.10.6","title":"Digdag"})");
  EXPECT_EQ(header_of(respond("GET /api/swagger.yaml"), "Content-Type"), "application/yaml");
}

}  // namespace
}  // namespace mogura::server
