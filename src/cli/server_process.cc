#include "cli/server_process.h"

#include "base/log.h"
#include "blob/temporary_directory.h"
#include "calendar/duration.h"
#include "cli/archive_settings.h"
#include "cli/engine.h"
#include "cli/notification.h"
#include "cli/server_store.h"
#include "cli/task_logs.h"
#include "cli/task_workspaces.h"
#include "executor/stored_workflows.h"
#include "operators/services.h"
#include "scheduler/retention.h"
#include "scheduler/scheduler.h"
#include "secrets/secret_mask.h"
#include "secrets/secret_vault.h"
#include "server/server.h"
#include "value/config.h"

extern char** environ;

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

constexpr Logger kProcessLog("io.digdag.server.ServerBootstrap");
constexpr SiteId kTheSite{0};
constexpr std::int64_t kServerMaxTasks = 100'000;
constexpr std::chrono::minutes kDefaultStopTimeout{5};
constexpr std::chrono::days kDefaultAttemptTtl{7};
constexpr std::chrono::days kDefaultTaskTtl{1};
constexpr std::chrono::milliseconds kDefaultCommitDelay{10};

std::chrono::milliseconds seconds_in(const Object& settings, const std::string& key,
                                     std::chrono::milliseconds otherwise) {
  const auto seconds = value::find_long(settings, key);
  if (!seconds) return otherwise;
  if (*seconds < 1) throw ConfigError("Parameter '" + key + "' must be at least 1");
  return std::chrono::seconds(*seconds);
}

std::chrono::milliseconds duration_in(const Object& settings, const std::string& key,
                                      std::chrono::milliseconds otherwise) {
  const auto text = value::find_text(settings, key);
  if (!text) return otherwise;
  const auto duration = calendar::parse_duration(*text);
  if (!duration) throw ConfigError("Invalid duration of '" + key + "': " + *text);
  return *duration;
}

// Digdag's keys say how seldom a database is to be asked. Where they are not set, a dead agent's
// tasks are taken over within seconds.
agent::Options agent_options(const Object& settings) {
  agent::Options options;
  options.name = value::find_text(settings, "agent.id").value_or(default_agent_id());
  options.max_tasks = value::find_int(settings, "agent.max-task-threads").value_or(0);
  options.heartbeat_interval =
      seconds_in(settings, "agent.heartbeat-interval", options.heartbeat_interval);
  options.lease_time = seconds_in(settings, "agent.lock-retention-time", options.lease_time);
  if (options.lease_time < 2 * options.heartbeat_interval) {
    throw ConfigError("agent.lock-retention-time must be at least twice agent.heartbeat-interval");
  }
  options.stop_timeout = duration_in(settings, "agent.stop_timeout", kDefaultStopTimeout);
  return options;
}

executor::BatchLimits batch_limits(const Object& settings) {
  constexpr std::string_view kKey = "executor.commit_delay_milliseconds";
  executor::BatchLimits limits;
  const std::int64_t delay = value::find_long(settings, kKey).value_or(kDefaultCommitDelay.count());
  if (delay < 0) throw ConfigError("'" + std::string(kKey) + "' must not be negative");
  limits.commit_delay = std::chrono::milliseconds(delay);
  return limits;
}

// A limit by its key, or by Digdag's system property for it.
std::optional<std::int64_t> find_limit(const Object& settings, std::string_view key,
                                       std::string_view property) {
  const auto limit = value::find_long(settings, key);
  return limit ? limit : value::find_long(settings, property);
}

executor::StartLimits start_limits(const Object& settings, const Object& default_params) {
  return {.default_params = default_params,
          .max_tasks =
              find_limit(settings, "executor.task_max_run", "io.digdag.limits.maxWorkflowTasks")
                  .value_or(kServerMaxTasks),
          .max_running_attempts =
              find_limit(settings, "executor.attempt_max_run", "io.digdag.limits.maxAttempts")};
}

process::Supervisor::Options process_options(const Object& settings) {
  process::Supervisor::Options options;
  options.kill_grace =
      seconds_in(settings, "agent.command_executor.kill_grace_seconds", options.kill_grace);
  return options;
}

std::uint64_t bytes_in(const Object& settings, std::string_view key, std::uint64_t otherwise) {
  const std::optional<std::int64_t> bytes = value::find_long(settings, key);
  return bytes ? static_cast<std::uint64_t>(std::max<std::int64_t>(*bytes, 0)) : otherwise;
}

TaskWorkspaces::Limits workspace_limits(const Object& settings) {
  const TaskWorkspaces::Limits defaults;
  return {bytes_in(settings, "agent.archive_cache.max_bytes", defaults.archive_bytes),
          bytes_in(settings, "agent.workspace_cache.max_bytes", defaults.idle_bytes)};
}

}  // namespace

struct ServerProcess::Impl {
  Impl(const ServerConfig& config, const std::string& version)
      : settings(with_tmpdir(config.settings)),
        database(open_store(settings)),
        vault(*database,
              secrets::SecretCrypto(value::find_text(settings, "digdag.secret-encryption-key"))),
        notifier(make_notifier(settings)),
        logs(make_log_store(settings, clock, database.get())),
        archives(make_archive_store(settings, *database)),
        workspaces({*database, *archives, temporary_directories, clock},
                   fs::path(value::get_text(settings, "tmpdir")) / "workspace",
                   workspace_limits(settings)),
        workflows(*database, kTheSite),
        engine(engine_options(config)),
        scheduler({*database, engine.executor(), clock}),
        retention({*database, *logs, *archives, clock}, scheduler::retention_options(settings)),
        http(server::read_settings(settings, version),
             {*database, engine.executor(), vault, *logs, *archives, clock}) {}

  // Without the key a directory is made that is gone with the server.
  Object with_tmpdir(Object given) {
    if (!given.contains("tmpdir")) {
      own_tmpdir.emplace(fs::temp_directory_path());
      given.set("tmpdir", own_tmpdir->path().string());
    }
    return given;
  }

  EngineOptions engine_options(const ServerConfig& config) {
    operators::check_service_settings(settings);
    EngineOptions options;
    options.store = database.get();
    options.workflows = &workflows;
    options.system_config = settings;
    options.limits = start_limits(settings, config.default_params);
    options.time_to_live.attempt =
        duration_in(settings, "executor.attempt_ttl", kDefaultAttemptTtl);
    options.time_to_live.task = duration_in(settings, "executor.task_ttl", kDefaultTaskTtl);
    options.batch = batch_limits(settings);
    options.agent = agent_options(settings);
    options.processes = process_options(settings);
    options.command_environment = command::read_environment(environ);
    options.secrets = &vault;
    options.notifier = notifier.get();
    options.temporary_directories = &temporary_directories;
    options.print = [](std::string_view) {};
    options.open_task_log = [this](const operators::TaskRequest& request) {
      return std::make_shared<secrets::MaskedTaskLog>(
          logs->open(logs_of(request), request.task_name), vault.mask(request.project));
    };
    options.open_project = [this](const operators::TaskRequest& request) {
      return workspaces.open(request);
    };
    options.runs_agent = value::find_boolean(settings, "agent.enabled").value_or(true);
    options.runs_executor = value::find_boolean(settings, "server.executor.enabled").value_or(true);
    return options;
  }

  SystemClock clock;
  std::optional<blob::TemporaryDirectory> own_tmpdir;
  const Object settings;
  const std::unique_ptr<store::Database> database;
  const secrets::SecretVault vault;
  const std::unique_ptr<operators::Notifier> notifier;
  const std::unique_ptr<blob::LogStore> logs;
  const std::unique_ptr<blob::ArchiveStore> archives;
  operators::TemporaryDirectories temporary_directories;
  TaskWorkspaces workspaces;
  const executor::StoredWorkflows workflows;
  Engine engine;
  scheduler::Scheduler scheduler;
  scheduler::Retention retention;
  server::Server http;
  bool is_running = false;
};

ServerProcess::ServerProcess(const ServerConfig& config, const std::string& version)
    : impl_(std::make_unique<Impl>(config, version)) {}

ServerProcess::~ServerProcess() {
  stop();
}

void ServerProcess::start() {
  kProcessLog.info("secret encryption engine: {}", impl_->vault.engine());
  impl_->http.start();
  impl_->is_running = true;
  impl_->engine.start();
  if (value::find_boolean(impl_->settings, "schedule.enabled").value_or(true)) {
    impl_->scheduler.start();
  }
  impl_->retention.start();
}

void ServerProcess::stop() {
  if (!std::exchange(impl_->is_running, false)) return;
  kProcessLog.info("Started shutdown process");
  kProcessLog.info("Shutting down workflow executor loop");
  impl_->retention.stop();
  impl_->scheduler.stop();
  impl_->engine.stop();
  impl_->http.stop();
  kProcessLog.info("Shutting down system");
  kProcessLog.info("Shutdown completed");
}

void ServerProcess::reopen_logs() {
  impl_->http.reopen_logs();
}

}  // namespace mogura::cli
