#include "operators/http_parameters.h"

#include <algorithm>
#include <array>

#include "value/config.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kDefaultUserAgent = "Digdag/0.10.6-SNAPSHOT";
// Follows the configured agent, as Digdag's HTTP library puts its own name there.
constexpr std::string_view kUserAgentSuffix = " Mogura";
constexpr int kDefaultMaxRedirects = 8;
constexpr std::int64_t kDefaultMaxStoredLength = 65536;
constexpr int kDefaultTimeoutSeconds = 30;

template <char kFirst, char kLast, int kShift>
std::string shifted_letters(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= kFirst && c <= kLast ? static_cast<char>(c + kShift) : c;
  });
  return text;
}
std::string upper(std::string text) {
  return shifted_letters<'a', 'z', -32>(std::move(text));
}
std::string lower(std::string text) {
  return shifted_letters<'A', 'Z', 32>(std::move(text));
}

/// GET and its like may be repeated without asking.
bool retried_by_default(std::string_view method) {
  constexpr std::array<std::string_view, 4> kSafe = {"GET", "HEAD", "OPTIONS", "TRACE"};
  return std::ranges::find(kSafe, method) != kSafe.end();
}

std::optional<net::HttpProxy> proxy_of(const Object& settings, const std::string& prefix) {
  if (!value::find_boolean(settings, prefix + "enabled").value_or(false)) return std::nullopt;
  net::HttpProxy proxy;
  proxy.host = value::get_text(settings, prefix + "host");
  proxy.port = value::get_int(settings, prefix + "port");
  proxy.tls = value::find_boolean(settings, prefix + "tls").value_or(false);
  return proxy;
}

std::optional<net::HttpProxy> chosen_proxy(const Object& config, const Object& system_config) {
  std::optional<net::HttpProxy> proxy;
  if (value::find_boolean(system_config, "config.http.allow_user_proxy").value_or(true)) {
    proxy = proxy_of(value::find_object(config, "proxy"), "");
  }
  if (!proxy) proxy = proxy_of(system_config, "config.http.proxy.");
  return proxy;
}

Array header_list(const Object& config) {
  const Value* headers = config.find("headers");
  if (headers == nullptr || headers->is_null()) return {};
  if (!headers->is_array()) throw value::wrong_type("array type", "headers", *headers);
  return headers->as_array();
}

Value value_or_null(const Object& config, std::string_view key) {
  const Value* found = config.find(key);
  return found == nullptr ? Value() : *found;
}

}  // namespace

HttpParameters read_http_parameters(const Object& config, const Object& system_config) {
  HttpParameters read;
  read.method = upper(value::find_text(config, "method").value_or("GET"));
  read.content = value_or_null(config, "content");
  read.content_format = value::find_text(config, "content_format").transform(lower);
  read.content_type = value::find_text(config, "content_type");
  read.query = value_or_null(config, "query");
  read.headers = header_list(config);
  read.retry = value::find_boolean(config, "retry").value_or(retried_by_default(read.method));
  read.store_content = value::find_boolean(config, "store_content").value_or(false);
  read.follow_redirects = value::find_boolean(config, "follow_redirects").value_or(true);
  read.timeout =
      std::chrono::seconds(value::find_int(config, "timeout").value_or(kDefaultTimeoutSeconds));
  read.verify_certificate = !value::find_boolean(config, "insecure").value_or(false);

  read.verify_host =
      value::find_boolean(system_config, "config.http.verify_hostname").value_or(true);
  read.max_redirects =
      value::find_int(system_config, "config.http.max_redirects").value_or(kDefaultMaxRedirects);
  read.max_stored_length =
      value::find_long(system_config, "config.http.max_stored_response_content_size")
          .value_or(kDefaultMaxStoredLength);
  read.user_agent = value::find_text(system_config, "config.http.user_agent")
                        .value_or(std::string(kDefaultUserAgent));
  read.user_agent += kUserAgentSuffix;
  read.proxy = chosen_proxy(config, system_config);
  return read;
}

}  // namespace mogura::operators
