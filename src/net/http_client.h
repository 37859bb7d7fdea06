// HTTP requests of operators, through libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace mogura::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // sent in order, repeats kept
  std::optional<std::string> body;
  std::chrono::milliseconds timeout{30'000};  // of the whole exchange
  int max_redirects = 0;                      // 0: redirects are answers
  bool verify_certificate = true;
  bool verify_host = true;
  std::string proxy;  // "http://user:pass@host:port", empty for none; never from the environment
  std::size_t max_response_bytes = 2u << 20;
  /// Asked now and then; true gives the exchange up.
  std::function<bool()> canceled;
};

struct HttpResponse {
  int status = 0;
  std::string protocol;  // HTTP/1.1
  std::string reason;    // as received
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool body_too_large = false;  // cut at max_response_bytes
  /// The first header of this name, any case.
  std::optional<std::string> header(std::string_view name) const;
};

/// One exchange. Throws Error of kind "io" where no answer came: connection, TLS, time-out, proxy.
HttpResponse http_exchange(const HttpRequest& request);

}  // namespace mogura::net
