#include "net/environment.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

namespace mogura::net {
namespace {

constexpr std::array kVariables = {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"};

/// "host:port" of the proxy, with its credentials and `tls`.
std::string described(const std::optional<HttpProxy>& proxy) {
  if (!proxy) return "none";
  std::string text = proxy->tls ? "tls " : "";
  if (!proxy->username.empty()) text += proxy->username + "/" + proxy->password + "@";
  return text + proxy->host + ":" + std::to_string(proxy->port);
}

class EnvironmentProxy : public ::testing::Test {
 protected:
  EnvironmentProxy() { clear(); }
  ~EnvironmentProxy() override { clear(); }
  static void clear() {
    for (const char* name : kVariables) unsetenv(name);
  }
};

TEST_F(EnvironmentProxy, FirstVariableThatIsNotBlankWins) {
  EXPECT_EQ(described(environment_proxy("http")), "none");
  setenv("HTTP_PROXY", "http://d", 1);
  EXPECT_EQ(described(environment_proxy("http")), "d:8080");
  EXPECT_EQ(described(environment_proxy("https")), "d:8080");
  setenv("http_proxy", "http://c", 1);
  EXPECT_EQ(described(environment_proxy("http")), "c:8080");
  setenv("HTTPS_PROXY", "http://b", 1);
  EXPECT_EQ(described(environment_proxy("http")), "c:8080");
  EXPECT_EQ(described(environment_proxy("https")), "b:8080");
  setenv("https_proxy", " ", 1);
  EXPECT_EQ(described(environment_proxy("https")), "b:8080");
}

TEST_F(EnvironmentProxy, ValueIsAnAddress) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://proxy.example:3128/", "proxy.example:3128"},
      {"https://proxy.example", "tls proxy.example:8080"},
      {"http://me:p%40+w@proxy.example", "me/p@+w@proxy.example:8080"},
      {"http://me@proxy.example", "me/@proxy.example:8080"},
      {"proxy.example:3128", "none"},
      {"http://proxy example", "none"},
      {"socks5://proxy.example", "none"},
  };
  for (const auto& [text, proxy] : cases) {
    setenv("http_proxy", text, 1);
    EXPECT_EQ(described(environment_proxy("http")), proxy) << text;
  }
}

}  // namespace
}  // namespace mogura::net
