// What runs workflows in this process, wired together: an executor and an agent on one store, and
// commands as child processes. Local mode and servers differ in what they hand in.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/agent.h"
#include "command/local.h"
#include "executor/attempt_gateway.h"
#include "executor/executor.h"
#include "process/supervisor.h"

namespace mogura::cli {

/// What is referred to outlives the engine.
struct EngineOptions {
  store::Store* store = nullptr;
  const executor::WorkflowSource* workflows = nullptr;
  Object system_config;  // flat: key -> text
  executor::StartLimits limits;
  executor::TimeToLive time_to_live;
  executor::BatchLimits batch;
  operators::RunOptions run_options;
  agent::Options agent;
  process::Supervisor::Options processes;
  command::Environment command_environment;  // what commands inherit
  const secrets::SecretStore* secrets = nullptr;
  operators::Notifier* notifier = nullptr;
  operators::TemporaryDirectories* temporary_directories = nullptr;
  executor::KnownResults* known_results = nullptr;  // may be absent
  executor::Observer* observer = nullptr;           // may be absent
  std::function<void(std::string_view)> print;
  /// Opens the log of a task's run; absent: none is kept.
  std::function<std::shared_ptr<TaskLog>(const operators::TaskRequest&)> open_task_log;
  /// Puts a project somewhere for a task; absent: it is where run_options say.
  std::function<std::unique_ptr<agent::ProjectFiles>(const operators::TaskRequest&)> open_project;
  bool runs_agent = true;
  /// Without: only what is asked for here and what the agent reports is moved on.
  bool runs_executor = true;
};

class Engine {
 public:
  /// Throws ConfigError for settings that are wrong.
  explicit Engine(EngineOptions options);
  ~Engine();  // stop()

  void start();
  /// Stops claiming tasks, waits for those that run as long as the agent's options say, ends the
  /// rest; returns when nothing is left. Safe to call twice.
  void stop();

  executor::Executor& executor();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `PID@HOST`, what an agent is called unless it is told.
std::string default_agent_id();

}  // namespace mogura::cli
