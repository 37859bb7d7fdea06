#include "cli/server_config.h"

#include <array>

#include "base/log.h"
#include "cli/files.h"
#include "cli/override_params.h"
#include "cli/server_keys.h"
#include "cli/system_config.h"

namespace mogura::cli {
namespace {

constexpr Logger kServerConfigLog("io.digdag.server.ServerConfig");

// The directory of a server that was told of no database.
constexpr std::string_view kOwnDirectory = ".mogura";
constexpr std::string_view kOwnMaxAge = "90d";

// Options that set one key to their text.
constexpr std::pair<std::string_view, std::string_view> kTextOptions[] = {
    {"-b", "server.bind"},
    {"--admin-bind", "server.admin.bind"},
    {"-A", "server.access-log.path"},
};
constexpr std::pair<std::string_view, std::string_view> kNumberOptions[] = {
    {"-n", "server.port"},
    {"--admin-port", "server.admin.port"},
    {"--max-task-threads", "agent.max-task-threads"},
};
struct FlagOption {
  std::string_view option;
  std::string_view key;
  std::string_view value;
};
constexpr FlagOption kFlagOptions[] = {
    {"--disable-local-agent", "agent.enabled", "false"},
    {"--disable-executor-loop", "server.executor.enabled", "false"},
    {"--disable-scheduler", "schedule.enabled", "false"},
    {"--enable-swagger", "server.enable-swagger", "true"},
};

void apply_options(const Arguments& arguments, Object& settings) {
  for (const auto& [option, key] : kTextOptions) {
    if (const auto text = arguments.text(option)) settings.set(key, *text);
  }
  for (const auto& [option, key] : kNumberOptions) {
    if (const auto number = arguments.integer(option)) settings.set(key, std::to_string(*number));
  }
  for (const auto& [option, key, value] : kFlagOptions) {
    if (arguments.has(option)) settings.set(key, value);
  }
  for (const auto& [name, value] : arguments.pairs("-H")) {
    settings.set("server.http.headers." + name, value);
  }
  if (const auto directory = arguments.text("-O")) {
    settings.set("log-server.type", "local");
    settings.set("log-server.local.path", absolute_path(*directory).string());
  }
  if (const auto directory = arguments.text("-o")) {
    settings.set("database.type", "h2");
    settings.set("database.path", absolute_path(*directory).string());
  }
  if (arguments.has("-m")) settings.set("database.type", "memory");
}

void check_database_options(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const bool names_one = arguments.has("-o") || arguments.has("-m") || invocation.config_path;
  if (!invocation.program.is_mogura() && !names_one) {
    throw UsageError("--database, --memory, or --config option is required");
  }
  if (arguments.has("-o") && arguments.has("-m")) {
    throw UsageError("Setting both --database and --memory is invalid");
  }
}

// Called digdag, a server without a database keeps everything in memory, as Digdag's does.
std::optional<std::filesystem::path> choose_own_directory(const Invocation& invocation,
                                                          Object& settings) {
  if (settings.contains("database.type")) return std::nullopt;
  if (!invocation.program.is_mogura()) {
    settings.set("database.type", "memory");
    return std::nullopt;
  }
  const std::filesystem::path directory = absolute_path(kOwnDirectory);
  settings.set("database.type", "h2");
  settings.set("database.path", directory.string());
  if (!settings.contains("log-server.type")) {
    settings.set("log-server.type", "local");
    settings.set("log-server.local.path", (directory / "logs").string());
  }
  if (!settings.contains("retention.max_age") && !settings.contains("retention.max_sessions")) {
    settings.set("retention.max_age", kOwnMaxAge);
  }
  return directory;
}

}  // namespace

ServerConfig read_server_config(const Invocation& invocation) {
  check_database_options(invocation);
  const Arguments& arguments = invocation.arguments;
  ServerConfig config;
  config.settings = load_system_config(invocation.config_path, invocation.properties);
  config.default_params =
      load_override_params(config.settings, arguments.text("-P"), arguments.pairs("-p"));
  for (const std::string& key : unknown_server_keys(config.settings)) {
    kServerConfigLog.warn("Unknown setting: {}", key);
  }
  apply_options(arguments, config.settings);
  config.own_directory = choose_own_directory(invocation, config.settings);
  if (config.settings.contains("server.authenticator-class")) {
    kServerConfigLog.error(
        "Setting server.authenticator-class is deprecated and ignored. Use "
        "server.authenticator.type instead");
  }
  return config;
}

}  // namespace mogura::cli
