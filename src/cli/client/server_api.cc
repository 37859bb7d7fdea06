#include "cli/client/server_api.h"

#include <unistd.h>

#include <chrono>
#include <map>

#include "base/base64.h"
#include "base/log.h"
#include "cli/backoff.h"
#include "cli/client/arguments_check.h"
#include "cli/system_config.h"
#include "net/environment.h"
#include "net/http_redirect.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

constexpr Logger kClientLog("io.digdag.cli.client.ClientCommand");

constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:65432";
constexpr std::string_view kModeProperty = "io.digdag.cli.versionCheckMode";
constexpr int kTries = 10;
constexpr int kMaxHops = 10;  // of a download
constexpr BackoffTimes kWaits{std::chrono::milliseconds{2}, std::chrono::milliseconds{512}, 2};
constexpr std::chrono::minutes kExchangeLimit{10};
constexpr std::size_t kMaxAnswerBytes = 1u << 30;

bool succeeded(int status) {
  return status >= 200 && status < 300;
}

bool worth_another_try(int status) {
  return status == 408 || status == 429 || status >= 500;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The member `message` of an answer that has one.
std::optional<std::string> message_of(const std::string& body) {
  try {
    const Value answer = value::parse_json(body);
    if (answer.is_object()) return value::find_text(answer.as_object(), "message");
  } catch (const Error&) {
    // A page of some proxy: it has no message.
  }
  return std::nullopt;
}

/// How cli.md §13.7 words an answer whose body or status line is `text`.
std::string refusal_text(int status, const std::string& text) {
  switch (status) {
    case 404:
      return "Resource not found: " + text;
    case 409:
      return "Request conflicted: " + text;
    case 422:
      return "Invalid option: " + text;
    default:
      return "Status code " + std::to_string(status) + ": " + text;
  }
}

std::string status_line(const net::HttpResponse& response) {
  return "HTTP " + std::to_string(response.status) + " " + response.reason;
}

Value parsed(const net::HttpResponse& response) {
  return response.body.empty() ? Value() : value::parse_json(response.body);
}

}  // namespace

ServerApi::ServerApi(const Invocation& invocation)
    : invocation_(invocation),
      settings_(load_system_config(invocation.config_path, invocation.properties)) {
  static constexpr std::string_view kHeaderPrefix = "client.http.headers.";
  const Arguments& arguments = invocation.arguments;
  const std::string configured =
      value::find_text(settings_, "client.http.endpoint").value_or(std::string(kDefaultEndpoint));
  endpoint_ = parse_endpoint(arguments.text_or("-e", configured));

  std::map<std::string, std::string> headers;
  for (const auto& [key, setting] : settings_) {
    if (key.starts_with(kHeaderPrefix)) {
      headers[key.substr(kHeaderPrefix.size())] = setting.as_text();
    }
  }
  for (const auto& [name, text] : arguments.pairs("-H")) headers[name] = text;
  if (const auto credentials = arguments.text("--basic-auth")) {
    headers["Authorization"] = "Basic " + to_base64(*credentials);
  }
  headers_.assign(headers.begin(), headers.end());
}

net::HttpRequest ServerApi::request(const std::string& method, const std::string& path,
                                    const Query& query) const {
  net::HttpRequest request;
  request.method = method;
  request.url = endpoint_.url() + path + query.text();
  request.headers = headers_;
  request.headers.emplace_back("User-Agent", "DigdagClient/" + invocation_.program.version());
  request.headers.emplace_back("Accept-Encoding", "gzip");
  request.timeout = kExchangeLimit;
  request.max_response_bytes = kMaxAnswerBytes;
  request.verify_certificate = !invocation_.arguments.has("--disable-cert-validation");
  request.verify_host = request.verify_certificate;
  request.proxy = net::environment_proxy(endpoint_.is_tls ? "https" : "http");
  if (request.proxy && !request.proxy->username.empty()) {
    kClientLog.warn(
        "HTTP proxy authentication not supported. Ignoring proxy username and password.");
    request.proxy->username.clear();
    request.proxy->password.clear();
  }
  return request;
}

net::HttpResponse ServerApi::exchange(const net::HttpRequest& request) const {
  try {
    return net::http_exchange(request);
  } catch (const Error& error) {
    if (error.kind() != "io") throw;
    throw unreachable(error);
  }
}

/// Scripts of Digdag's users know how its HTTP library says it (cli.md §13.8).
Error ServerApi::unreachable(const Error& error) const {
  if (invocation_.program.is_mogura()) {
    return {"io", "Cannot reach the server at " + endpoint_.url(), {error}};
  }
  const std::string peer = endpoint_.host + ":" + std::to_string(endpoint_.port);
  const std::string& message = error.message();
  const bool names_peer = message.starts_with(peer + ": ");
  const std::string cause = names_peer ? message.substr(peer.size() + 2) : message;
  return {"processing",
          "RESTEASY004655: Unable to invoke request",
          {Error("http host connect",
                 "Connect to " + peer + " [/" + endpoint_.host + "] failed: " + cause)}};
}

net::HttpResponse ServerApi::exchange_repeatedly(const net::HttpRequest& request) const {
  Backoff backoff(kWaits);
  for (int tries = 1;; ++tries) {
    try {
      net::HttpResponse response = exchange(request);
      if (tries == kTries || !worth_another_try(response.status)) return response;
    } catch (const Error& error) {
      const bool is_unreachable = error.kind() == "io" || error.kind() == "processing";
      if (!is_unreachable || tries == kTries) throw;
    }
    backoff.wait();
  }
}

Refusal ServerApi::refusal(const net::HttpResponse& response, RefusalText text) const {
  const int status = response.status;
  const std::string line = status_line(response);
  if (invocation_.program.is_mogura()) {
    if (const auto message = message_of(response.body)) {
      return {"", *message, status, response.body};
    }
  }
  if (status >= 500) return {"internal server error", line, status, response.body};
  if (status < 400) return {"web application", line, status, response.body};
  const bool shows_body = text == RefusalText::body && !response.body.empty();
  return {"", refusal_text(status, shows_body ? response.body : line), status, response.body};
}

Value ServerApi::get(const std::string& path, const Query& query, RefusalText text) const {
  net::HttpRequest wanted = request("GET", path, query);
  wanted.headers.emplace_back("Accept", "application/json");
  const net::HttpResponse response = exchange_repeatedly(wanted);
  if (!succeeded(response.status)) throw refusal(response, text);
  return parsed(response);
}

std::string ServerApi::get_bytes(const std::string& path, const Query& query) const {
  return follow(exchange_repeatedly(request("GET", path, query)));
}

std::string ServerApi::get_direct(const std::string& url) const {
  net::HttpRequest wanted = request("GET", "", {});
  wanted.headers.clear();
  wanted.url = url;
  return follow(exchange_repeatedly(wanted));
}

std::string ServerApi::follow(net::HttpResponse response) const {
  net::HttpRequest wanted = request("GET", "", {});
  wanted.headers.clear();
  for (int hops = 0; is_redirect(response.status) && hops < kMaxHops; ++hops) {
    const auto location = response.header("Location");
    const auto url =
        location ? net::redirected_url(wanted.url, *location) : std::optional<std::string>();
    if (!url) break;
    wanted.url = *url;
    response = exchange_repeatedly(wanted);
  }
  if (!succeeded(response.status)) throw refusal(response, RefusalText::status_line);
  if (response.body_too_large) throw Error("io", "The file is larger than this client takes");
  return std::move(response.body);
}

Value ServerApi::send(const std::string& method, const std::string& path, const Query& query,
                      const std::optional<Value>& body) const {
  net::HttpRequest wanted = request(method, path, query);
  wanted.headers.emplace_back("Accept", "application/json");
  if (body) {
    wanted.headers.emplace_back("Content-Type", "application/json");
    wanted.body = value::to_json(*body);
  }
  const net::HttpResponse response = exchange(wanted);
  if (!succeeded(response.status)) throw refusal(response, RefusalText::body);
  return parsed(response);
}

Value ServerApi::upload(const std::string& path, const Query& query, std::string archive,
                        std::function<void(std::uint64_t)> progress) const {
  net::HttpRequest wanted = request("PUT", path, query);
  wanted.headers.emplace_back("Accept", "application/json");
  wanted.headers.emplace_back("Content-Type", "application/gzip");
  wanted.body = std::move(archive);
  wanted.sent = std::move(progress);
  const net::HttpResponse response = exchange(wanted);
  if (!succeeded(response.status)) throw refusal(response, RefusalText::body);
  return parsed(response);
}

Query ServerApi::with_download_choice(Query query) const {
  if (value::find_text(settings_, "client.http.disable_direct_download") == "true") {
    query.add("direct_download", std::string_view("false"));
  }
  return query;
}

/// Whether somebody is there to upgrade the client before anything else happens.
bool ServerApi::asks_a_person() const {
  const std::optional<std::string> mode = value::find_text(settings_, kModeProperty);
  if (!mode) return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  if (*mode != "batch" && *mode != "interactive") {
    throw Error("illegal argument", std::string(kModeProperty) + " must be batch or interactive");
  }
  return *mode == "interactive";
}

void ServerApi::check_version() const {
  if (invocation_.arguments.has("--disable-version-check")) return;
  const std::string client(kDigdagVersion);
  const Value answer = get("/api/version/check", Query().add("client", std::string_view(client)));
  if (!answer.is_object()) return;
  const Object& verdict = answer.as_object();
  const std::string server = value::find_text(verdict, "serverVersion").value_or("unknown");
  const std::string versions = " (client: " + client + ", server: " + server + ").";
  const std::string command = "    " + invocation_.program.name + " selfupdate " + server;
  if (!value::find_boolean(verdict, "apiCompatible").value_or(true)) {
    throw Error("", "This client version is not API compatible to the server" + versions +
                        "\nPlease run following command locally to upgrade to a compatible "
                        "version with the server:\n\n" +
                        command + "\n");
  }
  if (!value::find_boolean(verdict, "upgradeRecommended").value_or(false)) return;
  static constexpr std::string_view kHowTo =
      "Please run following command locally to upgrade to the latest version compatible to the "
      "server:";
  if (asks_a_person()) {
    throw Error("", "This client version is obsoleted. It is recommended to upgrade" + versions +
                        "\n" + std::string(kHowTo) + "\n\n" + command + "\n");
  }
  kClientLog.warn(
      "This client version is obsoleted. This client is subject to be incompatible and stop "
      "working in near future{}",
      versions);
  kClientLog.warn("{}", kHowTo);
  kClientLog.warn("{}", command);
}

ServerApi connect(const Invocation& invocation) {
  check_client_arguments(invocation);
  ServerApi server(invocation);
  server.check_version();
  return server;
}

}  // namespace mogura::cli
