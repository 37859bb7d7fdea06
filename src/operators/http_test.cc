#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/testing/peer.h"
#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

using net::testing::Peer;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpOperatorTest : public OperatorTest {
 protected:
  static Peer& peer() {
    static Peer shared("http_peer.py", {"http"});
    return shared;
  }

  /// Runs http> on a path of the peer with further options: `"k": v, ...`.
  TaskRun::Outcome http(const std::string& path, const std::string& options_json = "") {
    return run(R"({"http>": ")" + peer().url(path) + "\"" +
               (options_json.empty() ? "" : ", " + options_json) + "}");
  }

  /// The request as the peer got it: what follows its Host header.
  std::string echoed(const std::string& path, const std::string& options_json) {
    const auto outcome = http(path, "\"store_content\": true, " + options_json);
    const auto* done = std::get_if<Done>(&outcome);
    if (done == nullptr) return message(outcome);
    return done->result.store_params.find("http")->as_object().find("last_content")->as_text();
  }

  static std::string result_json(const TaskRun::Outcome& outcome) {
    const auto* done = std::get_if<Done>(&outcome);
    if (done == nullptr) return message(outcome);
    return value::to_json(done->result.store_params) + " " +
           ::testing::PrintToString(done->result.reset_store_params);
  }

  static std::string poll_text(const TaskRun::Outcome& outcome) {
    const auto* poll = std::get_if<Poll>(&outcome);
    if (poll == nullptr) return "no poll: " + message(outcome);
    return std::to_string(poll->interval.count()) + " " + value::to_json(poll->state);
  }
};

TEST_F(HttpOperatorTest, StoresTheStatusAndTheContentOnDemand) {
  EXPECT_EQ(result_json(http("/headers?content=hello")),
            R"({"http":{"last_status":200}} { "http.last_status" })");
  EXPECT_EQ(result_json(http("/headers?content=hello", R"("store_content": true)")),
            R"({"http":{"last_status":200,"last_content":"hello"}} )"
            R"({ "http.last_status", "http.last_content" })");
  EXPECT_EQ(result_json(http("/status/204", R"("store_content": "true")")),
            R"({"http":{"last_status":204,"last_content":""}} )"
            R"({ "http.last_status", "http.last_content" })");
}

TEST_F(HttpOperatorTest, LogsRequestAndResponse) {
  http("/headers?content=hello");
  EXPECT_THAT(
      lines("INFO"),
      AllOf(Contains("[INFO] Sending HTTP request: GET " + peer().url("/headers?content=hello")),
            Contains("[INFO] Received HTTP response: GET " + peer().url("/headers?content=hello") +
                     ": HttpContentResponse[HTTP/1.1 200 OK - 5 bytes]")));
}

TEST_F(HttpOperatorTest, SendsItsHeadersThenThoseOfTheUserInOrder) {
  secret_store.values = {{"http.user", "me"}, {"token", "t"}};
  EXPECT_THAT(
      echoed("/echo", R"("headers": [{"X-B": 1}, {"X-A": "${secret:token}"}, {"X-B": true}])"),
      AllOf(HasSubstr("\nAccept-Encoding: gzip\nUser-Agent: Digdag/"),
            HasSubstr("\nAuthorization: Basic bWU6\nX-B: 1\nX-A: t\nX-B: true\n")));
}

TEST_F(HttpOperatorTest, UserHeadersReplaceItsOwn) {
  EXPECT_THAT(echoed("/echo", R"("method": "put", "content": "x",
                     "headers": [{"user-agent": "me"}, {"Content-Type": "a/b"}])"),
              AllOf(HasSubstr("user-agent: me\nContent-Type: a/b\nContent-Length: 1\n\nx"),
                    Not(HasSubstr("Digdag/")), Not(HasSubstr("plain/text"))));
}

TEST_F(HttpOperatorTest, UserAgentIsConfigurable) {
  system_config = {{"config.http.user_agent", "Robot/1"}};
  EXPECT_THAT(echoed("/echo", R"("timeout": 30)"), HasSubstr("User-Agent: Robot/1 Mogura\n"));
}

TEST_F(HttpOperatorTest, AuthorizationComesFromSecrets) {
  secret_store.values = {{"http.user", "mé"}, {"http.password", "p:w"}};
  EXPECT_THAT(echoed("/echo", R"("timeout": 30)"),
              HasSubstr("Authorization: Basic bek6cDp3\n"));  // ISO-8859-1
  secret_store.values["http.authorization"] = "Bearer x";
  EXPECT_THAT(echoed("/echo", R"("timeout": 30)"), HasSubstr("Authorization: Bearer x\n"));
}

TEST_F(HttpOperatorTest, BodiesFollowTheTable) {
  secret_store.values = {{"s", "S"}};
  struct Row {
    const char* options;
    const char* end;
  };
  const Row rows[] = {
      {R"("content": "a ${secret:s}")", "Content-Type: plain/text\nContent-Length: 3\n\na S"},
      {R"("content": 12, "content_format": "TEXT")", "plain/text\nContent-Length: 2\n\n12"},
      {R"("content": true, "content_type": "a/b")", "a/b\nContent-Length: 4\n\ntrue"},
      {R"("content": "x", "content_format": "json")",
       "application/json\nContent-Length: 3\n\n\"x\""},
      {R"("content": 1.5, "content_format": "json", "content_type": "a/b")",
       "a/b\nContent-Length: 3\n\n1.5"},
      {R"("content": {"${secret:s}": ["${secret:s}", null]})",
       "application/json\nContent-Length: 16\n\n{\"S\":[\"S\",null]}"},
      {R"("content": [1, "é"], "content_format": "json")",
       "application/json\nContent-Length: 8\n\n[1,\"é\"]"},
      {R"("content": {"a": 1, "b c": "x&y ${secret:s}"}, "content_format": "form",
          "content_type": "a/b")",
       "application/x-www-form-urlencoded\nContent-Length: 15\n\na=1&b+c=x%26y+S"},
      {R"("content": {}, "content_format": "form")",
       "application/x-www-form-urlencoded\nContent-Length: 0\n\n"},
      {R"("content": null)", "Content-Length: 0\n\n"},
  };
  for (const Row& row : rows) {
    const std::string sent = echoed("/echo", std::string(R"("method": "post", )") + row.options);
    EXPECT_THAT(sent, EndsWith(row.end)) << row.options;
  }
}

TEST_F(HttpOperatorTest, RefusesOtherFormatsAndHeaders) {
  secret_store.values = {{"s", "S"}};
  const std::pair<const char*, const char*> cases[] = {
      {R"("content": "x", "content_format": "xml")", "Invalid content format for strings: 'xml'"},
      {R"("content": 1, "content_format": "form")", "Invalid content format for numbers: 'form'"},
      {R"("content": true, "content_format": "form")",
       "Invalid content format for booleans: 'form'"},
      {R"("content": [], "content_format": "form")", "Invalid content format for arrays: 'form'"},
      {R"("content": {}, "content_format": "text")", "Invalid content format for objects: 'text'"},
      {R"("content": {"a": ["${secret:s}"]}, "content_format": "form")",
       "Invalid form content field value: [\"${secret:s}\"]"},
      {R"("headers": [{"a": 1, "b": 2}])", "Invalid header: {\"a\":1,\"b\":2}"},
      {R"("headers": ["a: b"])", "Invalid header: \"a: b\""},
      {R"("headers": [{}])", "Invalid header: {}"},
      {R"("headers": [{"a": []}])", "Invalid header: {\"a\":[]}"},
      {R"("headers": {"a": "b"})",
       "Expected array type for key 'headers' but got {\"a\":\"b\"} (object)"},
  };
  for (const auto& [options_json, text] : cases) {
    EXPECT_EQ(message(http("/echo", options_json)), std::string(text) + " (config)");
  }
  EXPECT_EQ(message(run(R"({"_type": "http"})")),
            "Parameter '_command' is required but not set (config)");
  EXPECT_EQ(message(http("/echo", R"("content": "${secret:none}")")),
            "Secret not found for key: 'none' (secret not found)");
}

TEST_F(HttpOperatorTest, DefaultsComeFromTheHttpObject) {
  request.config.set("http", object_of(R"({"method": "PUT", "content": "shared"})"));
  EXPECT_THAT(echoed("/echo", R"("timeout": 30)"), AllOf(StartsWith("PUT "), EndsWith("shared")));
  EXPECT_THAT(echoed("/echo", R"("content": "own")"), EndsWith("own"));
}

TEST_F(HttpOperatorTest, AddressMayBeASecret) {
  secret_store.values = {{"http.uri", peer().url("/status/404?token=x")}};
  EXPECT_EQ(message(run(R"({"_type": "http"})")),
            "HTTP 4XX Client Error: GET http://*** - 404 Not Found: status 404");
  secret_store.values = {{"where", peer().url("/status/404?token=x")}};
  EXPECT_EQ(message(run(R"({"http>": "${secret:where}"})")),
            "HTTP 4XX Client Error: GET http://*** - 404 Not Found: status 404");
  for (const std::string& line : log->lines) EXPECT_THAT(line, Not(HasSubstr("token=x")));
}

TEST_F(HttpOperatorTest, SecretsInTheQueryAreMasked) {
  secret_store.values = {{"t", "hush"}};
  EXPECT_EQ(message(http("/status/404", R"("query": {"a": 1, "token": "${secret:t}"})")),
            "HTTP 4XX Client Error: GET " + peer().url("/status/404?a=1&token=***") +
                " - 404 Not Found: status 404");
  for (const std::string& line : log->lines) EXPECT_THAT(line, Not(HasSubstr("hush")));
}

TEST_F(HttpOperatorTest, ServerErrorsAreRetriedForSafeMethods) {
  const std::string target = "GET " + peer().url("/status/503");
  EXPECT_EQ(poll_text(http("/status/503")), R"(1 {"request":{"operation":{},"retry":1}})");
  EXPECT_THAT(lines("WARN"),
              ElementsAre("[WARN] HTTP request failed. HTTP 5XX Server Error: " + target +
                          " - 503 Service Unavailable: status 503: "
                          "retrying in 1 seconds"));
  for (const char* method : {"HEAD", "OPTIONS"}) {
    EXPECT_THAT(poll_text(http("/status/500", R"("method": ")" + std::string(method) + "\"")),
                StartsWith("1 "));
  }
  EXPECT_THAT(poll_text(http("/status/500", R"("method": "POST", "retry": true)")),
              StartsWith("1 "));
}

TEST_F(HttpOperatorTest, RetriesContinueWhereTheStateEnded) {
  const std::string task_json = R"({"http>": ")" + peer().url("/flaky/2/continue") + "\"}";
  EXPECT_THAT(poll_text(run_again(task_json, object_of(R"({"x": 1})"))), StartsWith("1 "));
  EXPECT_EQ(poll_text(run_again(task_json, object_of(R"({"request":{"operation":{},"retry":1}})"))),
            R"(2 {"request":{"operation":{},"retry":2}})");
  EXPECT_THAT(result_json(run_again(task_json, object_of(R"({"request":{"retry":2}})"))),
              StartsWith(R"({"http":{"last_status":200}})"));
}

TEST_F(HttpOperatorTest, OtherMethodsFailAtOnce) {
  EXPECT_EQ(message(http("/status/500", R"("method": "post", "content": "x")")),
            "HTTP 5XX Server Error: POST " + peer().url("/status/500") +
                " - 500 Server Error: status 500");
  EXPECT_EQ(message(http("/status/599", R"("retry": false)")),
            "HTTP 5XX Server Error: GET " + peer().url("/status/599") + " - 599 599: status 599");
}

TEST_F(HttpOperatorTest, TimeoutAndTooManyRequestsAreAlwaysRetried) {
  for (const char* status : {"408", "429"}) {
    EXPECT_THAT(
        poll_text(http("/status/" + std::string(status), R"("method": "POST", "retry": false)")),
        StartsWith("1 "));
  }
  EXPECT_THAT(message(http("/status/410", R"("retry": true)")), HasSubstr("410 Gone"));
}

TEST_F(HttpOperatorTest, RedirectsAreFollowedUnlessSwitchedOff) {
  EXPECT_THAT(result_json(http("/redirect/302//status/201")), HasSubstr("201"));
  EXPECT_THAT(result_json(http("/redirect/302//status/201", R"("follow_redirects": false)")),
              HasSubstr("302"));
  EXPECT_EQ(message(http("/redirect/301//echo", R"("method": "DELETE")")),
            "Unexpected HTTP status: DELETE " + peer().url("/redirect/301//echo") +
                " - 301 Moved Permanently: moved");
  system_config = {{"config.http.max_redirects", "0"}};
  EXPECT_THAT(message(http("/redirect/302//status/201", R"("retry": false)")),
              HasSubstr("302 Found"));
}

TEST_F(HttpOperatorTest, ErrorsShowABodyOfTwoHundredCharacters) {
  const auto shown = [&](int length) {
    const std::string text = message(http("/status/404?bytes=" + std::to_string(length)));
    return text.substr(text.find("404 "));
  };
  EXPECT_EQ(shown(0), "404 Not Found");
  EXPECT_EQ(shown(200), "404 Not Found: " + std::string(200, 'x'));
  EXPECT_EQ(shown(201), "404 Not Found: " + std::string(197, 'x') + "...");
  EXPECT_EQ(shown(65536), "404 Not Found: " + std::string(197, 'x') + "...");
  EXPECT_EQ(shown(65537), "404 Not Found: (too long response body)");
  EXPECT_EQ(shown(5'000'000), "404 Not Found: (too long response body)");
}

TEST_F(HttpOperatorTest, ContentHasALimitOnlyWhereItIsStored) {
  system_config = {{"config.http.max_stored_response_content_size", "10"}};
  EXPECT_EQ(message(http("/content?bytes=11", R"("store_content": true)")),
            "Response content too large: 11 > 10");
  EXPECT_THAT(result_json(http("/content?bytes=10", R"("store_content": true)")), HasSubstr("200"));
  EXPECT_THAT(result_json(http("/content?bytes=11")), HasSubstr("200"));
  EXPECT_EQ(message(http("/content?bytes=3000000")),
            "Response content too large: 2097153 > 2097152");
}

TEST_F(HttpOperatorTest, ContentIsDecodedByItsCharset) {
  const auto stored = [&](const std::string& query) {
    return result_json(http("/headers?" + query, R"("store_content": true)"));
  };
  EXPECT_THAT(stored("Content-Type=text/plain%3Bcharset%3Diso-8859-1&content=%C3%A9"),
              HasSubstr("\"é\""));
  EXPECT_THAT(stored("Content-Type=text/plain&content=%C3%83%C2%A9"), HasSubstr("\"é\""));
}

TEST_F(HttpOperatorTest, NoAnswerIsRetriedOrFails) {
  const auto refused = [&](const std::string& options_json) {
    return run(R"({"http>": "http://me:pw@127.0.0.1:1/x")" + options_json + "}");
  };
  EXPECT_EQ(message(refused(R"(, "retry": false)")), "127.0.0.1:1: Connection refused (io)");
  EXPECT_THAT(lines("WARN"), ElementsAre("[WARN] Exception without response: GET "
                                         "http://127.0.0.1:1/x"));
  EXPECT_THAT(poll_text(refused("")), StartsWith("1 "));
  EXPECT_EQ(lines("WARN").back(),
            "[WARN] HTTP request failed. 127.0.0.1:1: Connection refused: retrying in 1 seconds");
  EXPECT_THAT(message(http("/silent", R"("timeout": 1, "method": "POST")")),
              HasSubstr("no complete answer within 1000 ms"));
}

TEST_F(HttpOperatorTest, ChecksCertificatesUnlessInsecure) {
  Peer tls("http_peer.py", {"https"});
  const std::string task_json =
      R"({"http>": ")" + tls.url("/echo", "https") + R"(", "retry": false)";
  EXPECT_THAT(message(run(task_json + "}")), HasSubstr("certificate"));
  EXPECT_THAT(result_json(run(task_json + R"(, "insecure": true})")), HasSubstr("200"));
}

TEST_F(HttpOperatorTest, UserProxyThenSystemProxy) {
  Peer user("http_peer.py", {"proxy"});
  Peer shared("http_peer.py", {"proxy"});
  const std::string own = R"("proxy": {"enabled": true, "host": "127.0.0.1", "port": )" +
                          std::to_string(user.port()) + "}";
  const std::string task_json = R"({"http>": "http://target.example/x", "retry": false)";
  EXPECT_THAT(result_json(run(task_json + ", " + own + "}")), HasSubstr("200"));
  EXPECT_EQ(user.read_line(), "GET http://target.example/x HTTP/1.1");

  system_config = {{"config.http.proxy.enabled", "true"},
                   {"config.http.proxy.host", "127.0.0.1"},
                   {"config.http.proxy.port", std::to_string(shared.port())}};
  EXPECT_THAT(result_json(run(task_json + "}")), HasSubstr("200"));
  EXPECT_EQ(shared.read_line(), "GET http://target.example/x HTTP/1.1");
  EXPECT_THAT(result_json(run(task_json + ", " + own + "}")), HasSubstr("200"));
  EXPECT_EQ(user.read_line(), "GET http://target.example/x HTTP/1.1");

  system_config.set("config.http.allow_user_proxy", "false");
  EXPECT_THAT(result_json(run(task_json + ", " + own + "}")), HasSubstr("200"));
  EXPECT_EQ(shared.read_line(), "GET http://target.example/x HTTP/1.1");
}

TEST_F(HttpOperatorTest, EnabledProxyNeedsHostAndPort) {
  EXPECT_EQ(message(http("/echo", R"("proxy": {"enabled": true, "host": "h"})")),
            "Parameter 'port' is required but not set (config)");
  EXPECT_THAT(result_json(http("/echo", R"("proxy": {"enabled": false})")), HasSubstr("200"));
}

TEST_F(HttpOperatorTest, RefusalOfAProxyIsAClientError) {
  Peer proxy("http_peer.py", {"proxy", "403"});
  EXPECT_EQ(message(run(R"({"http>": "https://target.example/", "proxy":
                        {"enabled": true, "host": "127.0.0.1", "port": )" +
                        std::to_string(proxy.port()) + "}}")),
            "HTTP 4XX Client Error: GET https://target.example/ - 403 Forbidden");
}

TEST_F(HttpOperatorTest, GenericRetryRepeatsTheRequest) {
  EXPECT_EQ(poll_text(http("/status/404", R"("_retry": 2)")), R"(0 {"retry_count":1})");
}

}  // namespace
}  // namespace mogura::operators
