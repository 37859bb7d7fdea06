#include "cli/local_setup.h"

#include <map>

#include "cli/notification.h"
#include "cli/system_config.h"
#include "operators/services.h"
#include "secrets/secret_mask.h"
#include "secrets/secrets.h"
#include "template/template.h"
#include "value/config.h"

extern char** environ;

namespace mogura::cli {
namespace {

std::map<std::string, std::string> secret_settings(const Object& system_config) {
  static constexpr std::string_view kPrefix = "secrets.";
  std::map<std::string, std::string> settings;
  for (const auto& [key, setting] : system_config) {
    if (key.starts_with(kPrefix)) settings[key.substr(kPrefix.size())] = setting.as_text();
  }
  return settings;
}

}  // namespace

void check_engine_settings(const Object& system_config) {
  try {
    operators::check_service_settings(system_config);
    tmpl::settings_from(system_config);
  } catch (const ConfigError& error) {
    throw Error("", error.message());
  }
}

Object with_engine_options(Object system_config, const Arguments& arguments) {
  if (const auto directory = arguments.text("-O")) {
    system_config.set("log-server.type", "local");
    system_config.set("log-server.local.path", *directory);
  }
  const std::int64_t threads = arguments.integer("--max-task-threads").value_or(0);
  if (threads > 0) system_config.set("agent.max-task-threads", std::to_string(threads));
  return system_config;
}

LocalSetup::LocalSetup(const Object& system_config, Console& console, const Arguments& arguments)
    : system_config_(with_engine_options(system_config, arguments)),
      console_(console),
      secrets_(secrets::local_secrets(secret_settings(system_config), config_home() / "secrets")),
      notifier_(make_notifier(system_config)) {
  if (value::find_text(system_config_, "log-server.type") != "local") return;
  task_logs_ = make_log_store(system_config_, clock_);
}

LocalSetup::~LocalSetup() = default;

EngineOptions LocalSetup::engine_options() const {
  EngineOptions options;
  options.system_config = system_config_;
  options.agent.max_tasks = value::find_int(system_config_, "agent.max-task-threads").value_or(0);
  options.command_environment = command::read_environment(environ);
  options.secrets = secrets_.get();
  options.notifier = notifier_.get();
  options.print = [this](std::string_view text) { console_.out(text); };
  if (task_logs_) {
    options.open_task_log = [this](const operators::TaskRequest& request) {
      return std::make_shared<secrets::MaskedTaskLog>(
          task_logs_->open(logs_of(request), request.task_name));
    };
  }
  return options;
}

}  // namespace mogura::cli
