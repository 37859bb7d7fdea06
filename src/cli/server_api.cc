#include "cli/server_api.h"

#include <charconv>
#include <chrono>
#include <map>

#include "cli/backoff.h"
#include "cli/system_config.h"
#include "net/http_client.h"
#include "operators/mime_encoding.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:65432";
constexpr int kTries = 10;
constexpr BackoffTimes kWaits{std::chrono::milliseconds{2}, std::chrono::milliseconds{512}, 2};
constexpr std::chrono::seconds kExchangeLimit{30};

int parse_port(std::string_view text) {
  int port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || stop != text.data() + text.size() || port < 0 || port > 65535) {
    throw Error("number format", "For input string: \"" + std::string(text) + "\"");
  }
  return port;
}

bool worth_another_try(int status) {
  return status == 408 || status == 429 || status >= 500;
}

/// The failure that an answer means; GET answers lose their body (cli.md §13.7).
Error refusal(const net::HttpResponse& response) {
  const std::string line = "HTTP " + std::to_string(response.status) + " " + response.reason;
  switch (response.status) {
    case 404:
      return {"", "Resource not found: " + line};
    case 409:
      return {"", "Request conflicted: " + line};
    case 422:
      return {"", "Invalid option: " + line};
    default:
      break;
  }
  if (response.status >= 500) return {"internal server error", line};
  if (response.status < 400) return {"web application", line};
  return {"", "Status code " + std::to_string(response.status) + ": " + line};
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

ServerApi::ServerApi(const Invocation& invocation) : invocation_(invocation) {
  static constexpr std::string_view kHeaderPrefix = "client.http.headers.";
  const Object config = load_system_config(invocation.config_path, invocation.properties);
  const Arguments& arguments = invocation.arguments;
  const std::string configured =
      value::find_text(config, "client.http.endpoint").value_or(std::string(kDefaultEndpoint));
  endpoint_ = parse_endpoint(arguments.text_or("-e", configured));

  std::map<std::string, std::string> headers;
  for (const auto& [key, setting] : config) {
    if (key.starts_with(kHeaderPrefix)) {
      headers[key.substr(kHeaderPrefix.size())] = setting.as_text();
    }
  }
  for (const auto& [name, text] : arguments.pairs("-H")) headers[name] = text;
  if (const auto credentials = arguments.text("--basic-auth")) {
    headers["Authorization"] = "Basic " + operators::base64(*credentials);
  }
  headers_.assign(headers.begin(), headers.end());
}

Value ServerApi::get(const std::string& path) const {
  net::HttpRequest request;
  request.url = endpoint_.url() + path;
  request.headers = headers_;
  request.headers.emplace_back("User-Agent", "DigdagClient/" + invocation_.program.version());
  request.timeout = kExchangeLimit;
  request.verify_certificate = !invocation_.arguments.has("--disable-cert-validation");
  request.verify_host = request.verify_certificate;
  Backoff backoff(kWaits);
  for (int tries = 1;; ++tries) {
    try {
      const net::HttpResponse response = net::http_exchange(request);
      if (response.status >= 200 && response.status < 300) return value::parse_json(response.body);
      if (tries == kTries || !worth_another_try(response.status)) throw refusal(response);
    } catch (const Error& error) {
      if (error.kind() != "io") throw;
      if (tries == kTries) {
        throw Error("io", "Cannot reach the server at " + endpoint_.url(), {error});
      }
    }
    backoff.wait();
  }
}

void ServerApi::check_version() const {
  if (invocation_.arguments.has("--disable-version-check")) return;
  const std::string client(kDigdagVersion);
  const Value answer = get("/api/version/check?client=" + client);
  const bool compatible = !answer.is_object() ||
                          value::find_boolean(answer.as_object(), "apiCompatible").value_or(true);
  if (compatible) return;
  const std::string server =
      value::find_text(answer.as_object(), "serverVersion").value_or("unknown");
  throw Error("", "This client version is not API compatible to the server (client: " + client +
                      ", server: " + server + ").\n" +
                      "Please run following command locally to upgrade to a compatible version "
                      "with the server:\n\n    " +
                      invocation_.program.name + " selfupdate " + server + "\n");
}

}  // namespace mogura::cli
