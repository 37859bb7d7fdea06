#include "server/settings.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "scheduler/retention.h"
#include "server/api.h"
#include "value/config.h"

namespace mogura::server {
namespace {

const Logger settings_logger("io.digdag.server.ServerConfig");

constexpr std::string_view kDefaultBind = "127.0.0.1";
constexpr int kDefaultPort = 65432;
constexpr int kWorkersPerIoThread = 8;
constexpr std::string_view kHeaderPrefix = "server.http.headers.";
// Beside an archive of the largest size, bodies are JSON.
constexpr std::size_t kMinBodyBytes = 64u << 20;

// A number that is at least `least`.
std::int64_t number_of(const Object& config, std::string_view key, std::int64_t otherwise,
                       std::int64_t least) {
  const std::int64_t number = value::find_long(config, key).value_or(otherwise);
  if (number < least) {
    throw ConfigError("Parameter '" + std::string(key) + "' must be at least " +
                      std::to_string(least));
  }
  return number;
}

std::chrono::milliseconds seconds_of(const Object& config, std::string_view key,
                                     std::chrono::milliseconds otherwise) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(otherwise).count();
  return std::chrono::seconds(number_of(config, key, seconds, 1));
}

net::HttpServerLimits limits_of(const Object& config, std::uint64_t max_archive_bytes) {
  net::HttpServerLimits limits;
  const auto cores = static_cast<int>(std::max(std::thread::hardware_concurrency(), 2u));
  limits.io_threads = static_cast<int>(number_of(config, "server.http.io-threads", cores, 1));
  limits.worker_threads = static_cast<int>(
      number_of(config, "server.http.worker-threads", limits.io_threads * kWorkersPerIoThread, 1));
  limits.no_request = seconds_of(config, "server.http.no-request-timeout", limits.no_request);
  limits.request_parse =
      seconds_of(config, "server.http.request-parse-timeout", limits.request_parse);
  limits.io_idle = seconds_of(config, "server.http.io-idle-timeout", limits.io_idle);
  limits.connections = static_cast<std::size_t>(number_of(
      config, "server.http.max-connections", static_cast<std::int64_t>(limits.connections), 1));
  limits.body_bytes = std::max<std::size_t>(max_archive_bytes, kMinBodyBytes);
  return limits;
}

std::optional<net::TlsFiles> tls_of(const Object& config) {
  const auto certificate = value::find_text(config, "server.tls.certificate");
  const auto key = value::find_text(config, "server.tls.key");
  if (certificate.has_value() != key.has_value()) {
    throw ConfigError("server.tls.certificate and server.tls.key must be set together");
  }
  if (!certificate) return std::nullopt;
  return net::TlsFiles{*certificate, *key};
}

std::optional<int> port_of(const Object& config, std::string_view key) {
  constexpr int kHighestPort = 65535;
  const std::optional<int> port = value::find_int(config, key);
  if (port && (*port < 0 || *port > kHighestPort)) {
    throw ConfigError("Parameter '" + std::string(key) + "' must be a port number, 0 to 65535");
  }
  return port;
}

std::vector<net::HttpListener> listeners_of(const Object& config) {
  const std::optional<net::TlsFiles> tls = tls_of(config);
  const std::string host =
      value::find_text(config, "server.bind").value_or(std::string(kDefaultBind));
  std::vector<net::HttpListener> listeners{{std::string(kApiListener), host,
                                            port_of(config, "server.port").value_or(kDefaultPort),
                                            tls}};
  if (const auto port = port_of(config, "server.admin.port")) {
    listeners.push_back({std::string(kAdminListener),
                         value::find_text(config, "server.admin.bind").value_or(host), *port, tls});
  }
  return listeners;
}

std::optional<BasicUser> user_below(const Object& config, const std::string& prefix) {
  const auto name = value::find_text(config, prefix + "username");
  if (!name) return std::nullopt;
  return BasicUser{*name, value::get_text(config, prefix + "password"),
                   value::find_boolean(config, prefix + "admin").value_or(false)};
}

// The one user of the authenticator (rest-api.md §4.2).
std::optional<BasicUser> user_of(const Object& config) {
  const std::string type = value::find_text(config, "server.authenticator.type").value_or("basic");
  if (type != "basic") throw ConfigError("Configured authenticator name is not found: " + type);
  if (auto user = user_below(config, "basicauth.")) {
    settings_logger.warn("basicauth is deprecated. Use server.authenticator.basic instead.");
    return user;
  }
  return user_below(config, "server.authenticator.basic.");
}

std::optional<Version> version_of(const Object& config, const std::string& key) {
  const auto text = value::find_text(config, "server.client-version-check." + key);
  if (!text) return std::nullopt;
  return Version::parse(*text);
}

net::HttpHeaders headers_of(const Object& config) {
  net::HttpHeaders headers;
  for (const auto& [key, text] : config) {
    if (!key.starts_with(kHeaderPrefix)) continue;
    headers.emplace_back(key.substr(kHeaderPrefix.size()), value::get_text(config, key));
  }
  return headers;
}

ApiSettings api_settings_of(const Object& config, const std::string& version) {
  ApiSettings api;
  api.version = version;
  api.upgrade_recommended_if_older = version_of(config, "upgrade-recommended-if-older");
  api.api_incompatible_if_older = version_of(config, "api-incompatible-if-older");
  api.user = user_of(config);
  api.headers = headers_of(config);
  api.enable_swagger = value::find_boolean(config, "server.enable-swagger").value_or(false);
  api.max_sessions_page_size = number_of(config, "api.max_sessions_page_size", 100, 1);
  api.max_attempts_page_size = number_of(config, "api.max_attempts_page_size", 100, 1);
  api.archive.max_total_bytes = static_cast<std::uint64_t>(
      number_of(config, "api.max_archive_total_size_limit",
                static_cast<std::int64_t>(api.archive.max_total_bytes), 0));
  api.archive.max_entries = static_cast<std::uint64_t>(number_of(
      config, "api.max_archive_entries", static_cast<std::int64_t>(api.archive.max_entries), 0));
  api.retention = scheduler::retention_options(config).policy;
  const auto temporary = value::find_text(config, "tmpdir");
  api.temporary_directory =
      temporary ? std::filesystem::path(*temporary) : std::filesystem::temp_directory_path();
  return api;
}

}  // namespace

ServerSettings read_settings(const Object& config, const std::string& version) {
  ServerSettings settings;
  settings.api = api_settings_of(config, version);
  settings.http.listeners = listeners_of(config);
  settings.http.limits = limits_of(config, settings.api.archive.max_total_bytes);
  settings.runtime_info = value::find_text(config, "server.runtime-info.path");
  settings.access_log = value::find_text(config, "server.access-log.path");
  settings.access_log_pattern =
      value::find_text(config, "server.access-log.pattern").value_or("json");
  return settings;
}

}  // namespace mogura::server
