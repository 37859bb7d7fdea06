#include "cli/task_logs.h"

#include "calendar/time_zone.h"
#include "cli/engine.h"
#include "cli/files.h"
#include "cli/log_layout.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

constexpr std::string_view kDefaultLogDirectory = "digdag.log";

blob::LogStoreOptions log_store_options(const Object& system_config) {
  blob::LogStoreOptions options;
  options.agent = value::find_text(system_config, "agent.id").value_or(default_agent_id());
  const auto at_least = [&](std::string_view key, std::int64_t least, std::int64_t otherwise) {
    const std::int64_t number = value::find_long(system_config, key).value_or(otherwise);
    if (number < least) {
      throw ConfigError(std::string(key) + " must be " + std::to_string(least) + " or more");
    }
    return number;
  };
  options.split_bytes = static_cast<std::uint64_t>(at_least("log-server.local.split_size", 0, 0));
  options.flush_bytes = static_cast<std::size_t>(
      at_least("log-server.flush_bytes", 1, static_cast<std::int64_t>(options.flush_bytes)));
  options.flush_interval = std::chrono::seconds(at_least("log-server.flush_interval", 1, 1));
  return options;
}

std::unique_ptr<blob::LogFiles> log_files(const Object& system_config, store::LogChunks* chunks) {
  const std::string type = value::find_text(system_config, "log-server.type").value_or("null");
  if (type == "null") return nullptr;
  if (type == "local") {
    const std::string path = value::find_text(system_config, "log-server.local.path")
                                 .value_or(std::string(kDefaultLogDirectory));
    return std::make_unique<blob::LogsInDirectory>(absolute_path(path));
  }
  if (type == "database" && chunks != nullptr) {
    return std::make_unique<blob::LogsInDatabase>(*chunks);
  }
  throw ConfigError("Unknown storage type: " + type);
}

}  // namespace

std::unique_ptr<blob::LogStore> make_log_store(const Object& system_config, const Clock& clock,
                                               store::LogChunks* chunks) {
  return std::make_unique<blob::LogStore>(
      log_files(system_config, chunks), log_store_options(system_config), clock,
      [zone = calendar::TimeZone::system()](const LogRecord& record) {
        return LogFormatter(LogLayout::task, zone).line(record);
      });
}

blob::AttemptLogs logs_of(const operators::TaskRequest& request) {
  return {.site = request.site,
          .project = request.project,
          .workflow = request.workflow_name,
          .attempt = request.attempt,
          .attempt_created_at = request.attempt_created_at,
          .session_time = request.session_time,
          .timezone = request.timezone,
          .retry_attempt_name = request.retry_attempt_name};
}

}  // namespace mogura::cli
