// The parameters of http> and http_call> and the system's settings for them (operators.md §5.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.h"
#include "value/value.h"

namespace mogura::operators {

struct HttpParameters {
  std::string method;                         // upper case
  Value content;                              // null: no body
  std::optional<std::string> content_format;  // lower case
  std::optional<std::string> content_type;
  Value query;    // null: none
  Array headers;  // not checked yet
  bool retry = false;
  bool store_content = false;
  bool follow_redirects = true;
  std::chrono::seconds timeout{30};
  bool verify_certificate = true;

  // Of the system.
  bool verify_host = true;  // `config.http.verify_hostname`
  int max_redirects = 8;
  std::int64_t max_stored_length = 65536;  // characters
  std::string user_agent;
  /// The user's proxy, else the system's; without one the environment decides by the scheme.
  std::optional<net::HttpProxy> proxy;
};

/// Throws ConfigError.
HttpParameters read_http_parameters(const Object& config, const Object& system_config);

}  // namespace mogura::operators
