#include "cli/client/endpoint.h"

#include <charconv>

namespace mogura::cli {
namespace {

int parse_port(std::string_view text) {
  int port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || stop != text.data() + text.size() || port < 0 || port > 65535) {
    throw Error("number format", "For input string: \"" + std::string(text) + "\"");
  }
  return port;
}

}  // namespace

std::string Endpoint::url() const {
  return (is_tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

Endpoint parse_endpoint(const std::string& text) {
  Endpoint endpoint;
  std::string_view rest = text;
  if (const std::size_t scheme_end = rest.find("://"); scheme_end != std::string_view::npos) {
    const std::string_view scheme = rest.substr(0, scheme_end);
    if (scheme != "http" && scheme != "https") {
      throw Error("", "Endpoint must start with http:// or https://: " + text);
    }
    endpoint.is_tls = scheme == "https";
    rest.remove_prefix(scheme_end + 3);
  }
  rest = rest.substr(0, rest.find('/'));
  const std::size_t bracket = rest.rfind(']');  // of an IPv6 address
  const std::size_t colon = rest.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  endpoint.host = rest.substr(0, has_port ? colon : std::string_view::npos);
  endpoint.port = has_port ? parse_port(rest.substr(colon + 1)) : endpoint.is_tls ? 443 : 80;
  return endpoint;
}

}  // namespace mogura::cli
