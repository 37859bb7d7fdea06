// HTTP requests of operators, through libcurl: one exchange at a time, in the calling thread.
//
//   HttpResponse response = http_exchange({.url = "https://example.com/", .max_redirects = 8});
//   response.status, response.header("content-type"), response.body
//
// A request is sent as its caller wrote it: HTTP/1.1, the headers in their order, no cookies, no
// proxy but the given one, nothing from the environment.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace mogura::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kMaxHttpHeaderBytes = 256u << 10;  // of one response

/// https targets are reached through CONNECT, http targets by their whole address.
struct HttpProxy {
  std::string host;
  int port = 8080;
  bool tls = false;      // to the proxy itself
  std::string username;  // empty: no authentication
  std::string password;
};

struct HttpRequest {
  std::string method = "GET";  // any token, as it is to be sent
  std::string url;             // http or https
  /// Sent in order, repeats kept. Line ends in values become blanks. `Host` comes from the URL
  /// unless it is given, `Content-Length` always from the body; nothing else is added.
  HttpHeaders headers;
  std::optional<std::string> body;            // not sent with HEAD
  std::chrono::milliseconds timeout{30'000};  // of the whole exchange with its redirects; 0: none
  int max_redirects = 0;                      // 0: redirects are answers
  bool verify_certificate = true;
  bool verify_host = true;
  std::optional<HttpProxy> proxy;
  std::size_t max_response_bytes = 2u << 20;
  /// Asked about once a second; true gives the exchange up. Must not throw.
  std::function<bool()> canceled;
  /// Told now and then how many bytes of the body have been sent. Must not throw.
  std::function<void(std::uint64_t)> sent;
};

struct HttpResponse {
  int status = 0;
  std::string protocol;         // "HTTP/1.1"
  std::string reason;           // as received
  HttpHeaders headers;          // as received, with those of `Content-Encoding: gzip`
  std::string body;             // decoded where it was sent as gzip
  bool body_too_large = false;  // cut at max_response_bytes

  /// The value of the first header of this name, any case.
  std::optional<std::string> header(std::string_view name) const;
};

/// One exchange, with redirects followed by the rules of http_redirect.h (operators.md §5.1); a
/// redirect that cannot be followed is the answer. So is a proxy's refusal to CONNECT.
/// Throws Error of kind "io" where no answer came, with a message that names host, port and cause,
/// and Error of kind "illegal argument" for a method that is no token.
HttpResponse http_exchange(const HttpRequest& request);

}  // namespace mogura::net
