// A whole engine in this process, without a server: memory store, executor, one agent, commands as
// child processes. `mogura run` and `mogura scheduler` work with it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "command/local.h"
#include "executor/attempt_gateway.h"
#include "executor/executor.h"
#include "workflow/definition.h"

namespace mogura::cli {

struct LocalEngineOptions {
  std::filesystem::path project_path;
  std::vector<workflow::Definition> workflows;
  std::string revision;
  Object params;         // of every attempt (cli.md §10.4)
  Object system_config;  // flat: key -> text
  operators::RunOptions run_options;
  int max_task_threads = 0;
  command::Environment command_environment;  // what commands inherit
  const secrets::SecretStore* secrets = nullptr;
  operators::Notifier* notifier = nullptr;
  executor::KnownResults* known_results = nullptr;  // may be absent
  executor::Observer* observer = nullptr;           // may be absent
  std::function<void(std::string_view)> print;
  /// Opens the log of a task's run; absent: none is kept.
  std::function<std::shared_ptr<TaskLog>(const operators::TaskRequest&)> open_task_log;
};

class LocalEngine {
 public:
  /// Throws ConfigError for settings that are wrong.
  explicit LocalEngine(LocalEngineOptions options);
  ~LocalEngine();  // stop()

  void start();
  /// Ends what runs; returns when nothing is left. Safe to call twice.
  void stop();

  /// The workflow of the project with this name; absent where there is none.
  std::optional<executor::Workflow> find_workflow(const std::string& name) const;
  /// Replaces the project's workflows for attempts that start from now on.
  void set_workflows(std::vector<workflow::Definition> workflows, std::string revision);

  executor::Executor::Started start_attempt(const executor::StartRequest& request);
  /// Cancels the attempt: its commands end, nothing of it starts any more. Any thread.
  void kill(AttemptId attempt);
  /// Waits until the attempt is done; false when `give_up` said so first, which is asked when
  /// interrupt() was called.
  bool wait(AttemptId attempt, const std::function<bool()>& give_up);
  /// Makes wait() ask. Any thread.
  void interrupt();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::cli
