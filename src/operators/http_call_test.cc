#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/testing/peer.h"
#include "net/url.h"
#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

using net::testing::Peer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpCallTest : public OperatorTest {
 protected:
  static Peer& peer() {
    static Peer shared("http_peer.py", {"http"});
    return shared;
  }

  /// Runs http_call> on an answer of this type and content, with further options.
  TaskRun::Outcome call(const std::string& content_type, const std::string& content,
                        const std::string& options_json = "") {
    std::string query = "content=" + net::form_encode(content);
    if (!content_type.empty()) query += "&Content-Type=" + net::form_encode(content_type);
    return run(R"({"http_call>": ")" + peer().url("/headers?" + query) + "\"" +
               (options_json.empty() ? "" : ", " + options_json) + "}");
  }

  /// The names of what is left in the project directory.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(project.path())) {
      names.push_back(entry.path().lexically_relative(project.path()).string());
    }
    return names;
  }
};

TEST_F(HttpCallTest, AnswerBecomesSubtasks) {
  EXPECT_EQ(subtasks(call("application/json", R"({"+x": {"echo>": "from ${task_name}"}})")),
            R"({"+x":{"echo>":"from ${task_name}"}})");
  EXPECT_THAT(lines("INFO"), Contains("[INFO] Fetched definition for http_call>:\n"
                                      "\"+x\":\n  echo>: \"from ${task_name}\"\n"));
  EXPECT_EQ(subtasks(call("application/x-yaml; charset=utf-8", "+x:\n  echo>: a\n_export: {b: 1}")),
            R"({"_export":{"b":1},"+x":{"echo>":"a"}})");
  EXPECT_THAT(files(), ElementsAre());
}

TEST_F(HttpCallTest, IncludesComeFromTheWorkingDirectory) {
  project.write("sub/part.dig", "+y:\n  echo>: y\n");
  const std::string yaml = "+x:\n  !include : 'part.dig'\n";
  EXPECT_EQ(subtasks(call("application/x-yaml", yaml, R"("_workdir": "sub")")),
            R"({"_export":{"_workdir":"sub"},"+x":{"+y":{"echo>":"y"}}})");
  EXPECT_THAT(files(), ::testing::UnorderedElementsAre("sub", "sub/part.dig"));
}

TEST_F(HttpCallTest, OverrideReplacesTheType) {
  EXPECT_EQ(subtasks(call("text/plain", "+x: {echo>: a}",
                          R"("content_type_override": "application/x-yaml")")),
            R"({"+x":{"echo>":"a"}})");
  EXPECT_EQ(subtasks(call("text/plain", "{\"+x\": {\"echo>\": \"\xc3\xa9\"}}",
                          R"("content_type_override": "application/json; charset=iso-8859-1")")),
            R"({"+x":{"echo>":"é"}})");
  EXPECT_EQ(
      message(call("text/plain; charset=utf-8", "x", R"("content_type_override": "text/html")")),
      "Unsupported Content-Type (expected application/json or application/x-yaml): "
      "text/plain");
}

TEST_F(HttpCallTest, OtherTypesFail) {
  EXPECT_EQ(message(call("text/plain", "x")),
            "Unsupported Content-Type (expected application/json or application/x-yaml): "
            "text/plain");
  EXPECT_EQ(message(call("", "x")), "Content-Type must be set in the HTTP response but not set");
}

TEST_F(HttpCallTest, BrokenDefinitionsFail) {
  EXPECT_THAT(message(call("application/json", "{")),
              StartsWith("Failed to parse response as JSON: "));
  EXPECT_THAT(message(call("application/json", "{")), HasSubstr("(runtime)"));
  for (const char* yaml : {"a: 'x", "- 1", "text", "unknown: 1"}) {
    EXPECT_NE(message(call("application/x-yaml", yaml)), "(no failure)") << yaml;
  }
  EXPECT_THAT(files(), ElementsAre());
}

TEST_F(HttpCallTest, DefinitionsHaveALimit) {
  const std::string yaml = "+x: {echo>: a}";
  system_config = {{"config.http_call.max_response_content_size", std::to_string(yaml.size() - 1)}};
  EXPECT_EQ(message(call("application/x-yaml", yaml)), "Response content too large: 14 > 13");
  system_config = {{"config.http_call.max_response_content_size", std::to_string(yaml.size())}};
  EXPECT_EQ(message(call("application/x-yaml", yaml)), "(no failure)");
}

TEST_F(HttpCallTest, TakesItsAddressFromTheTaskAlone) {
  secret_store.values = {{"http.uri", peer().url("/status/404")}};
  EXPECT_EQ(message(run(R"({"_type": "http_call"})")),
            "Parameter '_command' is required but not set (config)");
  EXPECT_EQ(message(call("application/x-yaml", "+x: {echo>: a}")), "(no failure)");
}

TEST_F(HttpCallTest, ErrorsAreThoseOfHttp) {
  EXPECT_EQ(
      message(run(R"({"http_call>": ")" + peer().url("/status/404") + "\"}")),
      "HTTP 4XX Client Error: GET " + peer().url("/status/404") + " - 404 Not Found: status 404");
  const auto outcome = run(R"({"http_call>": ")" + peer().url("/status/500") + "\"}");
  const auto* poll = std::get_if<Poll>(&outcome);
  ASSERT_NE(poll, nullptr);
  EXPECT_EQ(value::to_json(poll->state), R"({"request":{"operation":{},"retry":1}})");
}

}  // namespace
}  // namespace mogura::operators
