// Commands as processes of this machine (runtime.md §3).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "command/executor.h"
#include "process/supervisor.h"

namespace mogura::command {

/// Runs a command in its work directory below the project, with this process's environment and the
/// request's on top.
class LocalExecutor : public Executor {
 public:
  /// Takes the environment as it is now. `supervisor` must be running and outlive this.
  explicit LocalExecutor(process::Supervisor& supervisor);

  /// Throws Error of kind "io" where the program cannot be started.
  CommandId start(const Request& request, Callbacks callbacks) override;
  /// SIGTERM to the command and what it has started, SIGKILL after the supervisor's grace.
  void cancel(CommandId command) override;

 private:
  process::Supervisor& supervisor_;
  const std::vector<std::pair<std::string, std::string>> own_environment_;
};

}  // namespace mogura::command
