#include "operators/http_address.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

class FixedSecrets : public secrets::SecretStore {
 public:
  std::optional<std::string> find(ProjectId, const std::string& key) const override {
    if (key == "key") return "k&1";
    if (key == "host") return "secret.example";
    if (key == "pair") return "token=t 1";
    return std::nullopt;
  }
};

HttpAddress address(const std::string& uri, const char* query_json, bool secret = false) {
  static const FixedSecrets kStore;
  return make_http_address(uri, secret, value::parse_json(query_json),
                           secrets::SecretProvider(kStore, ProjectId{1}, Object{}));
}

TEST(HttpAddress, QueryIsAppendedToTheAddressesOwn) {
  struct Row {
    const char* uri;
    const char* query;
    const char* url;
  };
  const Row rows[] = {
      {"http://h/p", "null", "http://h/p"},
      {"http://h/p", R"({"n1": "v1", "n2": "v &?2"})", "http://h/p?n1=v1&n2=v+%26%3F2"},
      {"http://h/p?a=%2f+b", R"({"n": 1})", "http://h/p?a=%2f+b&n=1"},
      {"http://h/p?", R"({"n": true})", "http://h/p?n=true"},
      {"http://h?x#f", R"({"n": 1.5})", "http://h?x&n=1.5#f"},
      {"http://h/", R"("{\"a\": \"b c\"}")", "http://h/?a=b+c"},
      {"http://h/", R"("a=b%20c&d&&e=f=g&%")", "http://h/?a=b+c&d=&e=f%3Dg&%25="},
      {"http://h/", R"("")", "http://h/"},
      {"http://h/", "{}", "http://h/"},
      {"http://h/", "12", "http://h/?12="},
      {"http://h/", R"({"é": "日"})", "http://h/?%C3%A9=%E6%97%A5"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(address(row.uri, row.query).url, row.url);
    EXPECT_EQ(address(row.uri, row.query).shown, row.url);
  }
}

TEST(HttpAddress, MessagesShowNoSecrets) {
  struct Row {
    const char* uri;
    const char* query;
    const char* url;
    const char* shown;
  };
  const Row rows[] = {
      {"http://me:pw@h/p", "null", "http://me:pw@h/p", "http://h/p"},
      {"https://${secret:host}/p", "{\"a\": 1}", "https://secret.example/p?a=1", "https://***"},
      {"http://h/p", R"({"a": "1", "token": "${secret:key}"})", "http://h/p?a=1&token=k%261",
       "http://h/p?a=1&token=***"},
      {"http://h/p", R"({"${secret:key}": "1"})", "http://h/p?k%261=1", "http://h/p?***=1"},
      {"http://h/p", R"("a=1&${secret:pair}")", "http://h/p?a=1&token=t+1", "http://h/p?***"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(address(row.uri, row.query).url, row.url);
    EXPECT_EQ(address(row.uri, row.query).shown, row.shown);
  }
}

TEST(HttpAddress, SecretAddressIsTakenAsItIs) {
  const HttpAddress hidden = address("https://me:pw@h/p?q", "null", /*secret=*/true);
  EXPECT_EQ(hidden.url, "https://me:pw@h/p?q");
  EXPECT_EQ(hidden.scheme, "https");
  EXPECT_EQ(hidden.shown, "https://***");
}

std::string problem(const std::string& uri, bool secret) {
  try {
    address(uri, "null", secret);
    return "none";
  } catch (const Error& error) {
    return error.text();
  }
}

TEST(HttpAddress, ProblemsShowNoSecrets) {
  EXPECT_EQ(problem("http://local host/", false),
            "Illegal character in authority at index 7: http://local host/ (illegal argument)");
  EXPECT_EQ(problem("http://local host/", true),
            "Illegal character in authority at index 7: *** (illegal argument)");
  EXPECT_EQ(problem("http://me:pw@local host/", false),
            "Illegal character in authority at index 7: *** (illegal argument)");
  EXPECT_EQ(problem("${secret:host}/", false), "Expected http or https: *** (illegal argument)");
}

TEST(HttpAddress, QueryMustBeTextOrObject) {
  EXPECT_THROW(address("http://h/", "[1]"), ConfigError);
  EXPECT_THROW(address("http://h/", R"({"a": [1]})"), ConfigError);
  EXPECT_THROW(address("http://h/", R"({"a": null})"), ConfigError);
}

}  // namespace
}  // namespace mogura::operators
