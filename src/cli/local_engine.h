// An engine without a server: one project's workflows, and a store in memory. `mogura run` and
// `mogura scheduler` work with it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/engine.h"
#include "workflow/definition.h"

namespace mogura::cli {

struct LocalEngineOptions {
  std::vector<workflow::Definition> workflows;
  std::string revision;
  Object params;  // of every attempt (cli.md §10.4)
  /// But for the store, the workflows and the limits.
  EngineOptions engine;
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
