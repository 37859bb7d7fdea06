#include "operators/http_exchange.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "net/environment.h"
#include "operators/http_address.h"
#include "operators/http_content.h"
#include "operators/http_text.h"
#include "operators/mime_encoding.h"
#include "operators/polling_retry.h"
#include "operators/utf16.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

constexpr Logger kHttpLog("io.digdag.standards.operator.HttpOperatorFactory");
constexpr std::string_view kRequestKey = "request";
constexpr std::size_t kMaxResponseBytes = 2u << 20;
// An answer's text within an error message, in characters.
constexpr std::size_t kMaxShownLength = 200;
constexpr std::size_t kCutLength = 197;

bool has_header(const net::HttpHeaders& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const auto& header) {
    return header.first.size() == name.size() &&
           strncasecmp(header.first.data(), name.data(), name.size()) == 0;
  });
}

net::HttpHeaders user_headers(const Array& list, const secrets::SecretProvider& secrets) {
  net::HttpHeaders headers;
  for (const Value& entry : list) {
    const bool one_member = entry.is_object() && entry.as_object().size() == 1;
    const auto text = one_member ? value::as_text(entry.as_object().begin()->value) : std::nullopt;
    if (!text) throw ConfigError("Invalid header: " + value::to_json(entry));
    headers.emplace_back(secrets::resolve_secrets(entry.as_object().begin()->key, secrets),
                         secrets::resolve_secrets(*text, secrets));
  }
  return headers;
}

std::optional<std::string> authorization(const secrets::SecretProvider& secrets) {
  if (auto verbatim = secrets.find("http.authorization")) return verbatim;
  const auto user = secrets.find("http.user");
  if (!user) return std::nullopt;
  const std::string credentials = *user + ":" + secrets.find("http.password").value_or("");
  return "Basic " + to_base64(latin1(credentials));
}

/// Digdag's own headers, those of the user, and the type of the body unless the user gives one. A
/// user's header takes the place of an own header of the same name, Authorization excepted.
net::HttpHeaders request_headers(const HttpParameters& parameters,
                                 const secrets::SecretProvider& secrets,
                                 const std::optional<HttpBody>& body) {
  const net::HttpHeaders given = user_headers(parameters.headers, secrets);
  net::HttpHeaders headers;
  if (!has_header(given, "Accept-Encoding")) headers.emplace_back("Accept-Encoding", "gzip");
  if (!has_header(given, "User-Agent")) headers.emplace_back("User-Agent", parameters.user_agent);
  if (auto value = authorization(secrets)) headers.emplace_back("Authorization", *value);
  headers.insert(headers.end(), given.begin(), given.end());
  if (body && !has_header(given, "Content-Type")) {
    headers.emplace_back("Content-Type", body->content_type);
  }
  return headers;
}

/// The environment's proxy without its credentials, which http> has never sent (operators.md
/// §2.11).
std::optional<net::HttpProxy> proxy_of_environment(std::string_view scheme) {
  auto proxy = net::environment_proxy(scheme);
  if (proxy) {
    proxy->username.clear();
    proxy->password.clear();
  }
  return proxy;
}

/// Whether the length that an answer announces is no number, or more than is kept of answers.
bool announces_too_much(const net::HttpResponse& response, std::int64_t max_length) {
  const auto header = response.header("Content-Length");
  if (!header) return false;
  std::int64_t length = 0;
  const char* end = header->data() + header->size();
  const auto [stop, error] = std::from_chars(header->data(), end, length);
  return error != std::errc() || stop != end || length > max_length;
}

std::string shown_content(const net::HttpResponse& response, std::int64_t max_length) {
  if (response.body_too_large || announces_too_much(response, max_length)) {
    return "(too long response body)";
  }
  std::string text;
  try {
    text = decode_text(response.body, charset_of(response));
  } catch (const RuntimeError&) {
    text = decode_text(response.body, "UTF-8");
  }
  const std::u16string units = utf16(text);
  if (units.size() <= kMaxShownLength) return text;
  return utf8(std::u16string_view(units).substr(0, kCutLength)) + "...";
}

/// "METHOD URI - STATUS REASON: BODY"
std::string described(const HttpParameters& parameters, const HttpCall& call,
                      const net::HttpResponse& response) {
  const std::string content = shown_content(response, parameters.max_stored_length);
  return call.request.method + " " + call.shown_url + " - " + std::to_string(response.status) +
         " " + status_phrase(response.status) + (content.empty() ? "" : ": " + content);
}

/// What an answer that is no success means.
struct Refusal {
  std::string message;
  bool retry = false;
};

std::optional<Refusal> refusal_of(const HttpParameters& parameters, const HttpCall& call,
                                  const net::HttpResponse& response) {
  const int kind = response.status / 100;
  if (kind == 2 || (kind == 3 && !parameters.follow_redirects)) return std::nullopt;
  const std::string request = described(parameters, call, response);
  if (kind == 4) {
    // Request Timeout and Too Many Requests ask for another try, whatever `retry` says.
    return Refusal{"HTTP 4XX Client Error: " + request,
                   response.status == 408 || response.status == 429};
  }
  if (kind == 5) return Refusal{"HTTP 5XX Server Error: " + request, parameters.retry};
  return Refusal{"Unexpected HTTP status: " + request, parameters.retry};
}

TaskFailed too_large(std::int64_t length, std::int64_t limit) {
  return TaskFailed("Response content too large: " + std::to_string(length) + " > " +
                    std::to_string(limit));
}

Poll another_try(const Context& context, const std::string& message) {
  return poll_for_retry(context.request.state_params, kRequestKey,
                        "HTTP request failed. " + message, kHttpLog);
}

}  // namespace

HttpCall prepare_http_call(const Context& context, const HttpParameters& parameters,
                           UriSource source) {
  const secrets::SecretProvider& secrets = context.secrets;
  const auto secret_uri =
      source == UriSource::secret_or_command ? secrets.find("http.uri") : std::nullopt;
  const std::string uri = secret_uri ? *secret_uri : value::get_text(context.config, "_command");
  const HttpAddress address =
      make_http_address(uri, secret_uri.has_value(), parameters.query, secrets);
  std::optional<HttpBody> body;
  if (!parameters.content.is_null()) {
    body = make_http_body(parameters.content, parameters.content_format, parameters.content_type,
                          secrets);
  }

  HttpCall call;
  call.shown_url = address.shown;
  net::HttpRequest& request = call.request;
  request.method = parameters.method;
  request.url = address.url;
  request.headers = request_headers(parameters, secrets, body);
  if (body) request.body = std::move(body->bytes);
  request.timeout = parameters.timeout;
  request.max_redirects = parameters.follow_redirects ? parameters.max_redirects : 0;
  request.verify_certificate = parameters.verify_certificate;
  request.verify_host = parameters.verify_certificate && parameters.verify_host;
  request.proxy = parameters.proxy ? parameters.proxy : proxy_of_environment(address.scheme);
  request.max_response_bytes = kMaxResponseBytes;
  request.canceled = context.canceled;
  return call;
}

std::variant<net::HttpResponse, Poll> exchange_http(const Context& context,
                                                    const HttpParameters& parameters,
                                                    const HttpCall& call) {
  const std::string target = call.request.method + " " + call.shown_url;
  kHttpLog.info("Sending HTTP request: {}", target);
  net::HttpResponse response;
  try {
    response = net::http_exchange(call.request);
  } catch (const Error& error) {
    if (error.kind() != "io") throw;
    kHttpLog.warn("Exception without response: {}", target);
    if (parameters.retry) return another_try(context, error.message());
    throw TaskFailed::because_of(error);
  }
  kHttpLog.info("Received HTTP response: {}: HttpContentResponse[{} {} {} - {} bytes]", target,
                response.protocol, response.status, response.reason, response.body.size());

  if (const auto refusal = refusal_of(parameters, call, response)) {
    if (refusal->retry) return another_try(context, refusal->message);
    throw TaskFailed(refusal->message);
  }
  if (response.body_too_large) {
    throw too_large(static_cast<std::int64_t>(response.body.size()) + 1, kMaxResponseBytes);
  }
  return response;
}

std::string content_text(const net::HttpResponse& response, const std::string& charset,
                         std::int64_t max_length) {
  std::string text = decode_text(response.body, charset);
  const auto length = static_cast<std::int64_t>(java_length(text));
  if (length > max_length) throw too_large(length, max_length);
  return text;
}

}  // namespace mogura::operators
