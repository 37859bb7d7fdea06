#include "net/environment.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/log.h"
#include "net/url.h"

namespace mogura::net {
namespace {

constexpr Logger kProxyLog("io.digdag.standards.Proxies");

// The variables for http follow those for https: https targets fall back to them.
constexpr std::array kProxyVariables = {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"};
constexpr std::size_t kFirstForHttp = 2;

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

}  // namespace

std::optional<HttpProxy> environment_proxy(std::string_view scheme) {
  for (std::size_t i = scheme == "https" ? 0 : kFirstForHttp; i < kProxyVariables.size(); ++i) {
    const std::string text = variable(kProxyVariables[i]);
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    const auto url = parse_url(text);
    if (!url) {
      kProxyLog.warn("Failed to parse the proxy of {}: {}", kProxyVariables[i], url.error());
      return std::nullopt;
    }
    HttpProxy proxy{.host = url->host, .tls = url->scheme == "https"};
    if (url->port) proxy.port = *url->port;
    if (url->user_info) {
      const std::string& user_info = *url->user_info;
      const auto colon = std::min(user_info.find(':'), user_info.size());
      proxy.username = percent_decode(user_info.substr(0, colon));
      if (colon < user_info.size()) proxy.password = percent_decode(user_info.substr(colon + 1));
    }
    return proxy;
  }
  return std::nullopt;
}

std::optional<std::string> trusted_authorities() {
  std::string file = variable("SSL_CERT_FILE");
  if (file.empty()) return std::nullopt;
  return file;
}

}  // namespace mogura::net
