// The settings of a server's HTTP side, from the keys of rest-api.md §14.1.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "net/http_server.h"
#include "server/services.h"
#include "value/value.h"

namespace mogura::server {

struct ServerSettings {
  net::HttpServerOptions http;
  ApiSettings api;
  /// Written when the listeners are up (`server.runtime-info.path`).
  std::optional<std::filesystem::path> runtime_info;
  /// The directory of the access log (`server.access-log.path`).
  std::optional<std::filesystem::path> access_log;
  std::string access_log_pattern = "json";
};

/// From flat keys with texts. `version` is what the server calls itself. Throws ConfigError for
/// values that are wrong.
ServerSettings read_settings(const Object& config, const std::string& version);

}  // namespace mogura::server
