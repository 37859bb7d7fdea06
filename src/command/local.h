// Commands as processes of this machine (runtime.md §3).
#pragma once

#include "command/executor.h"
#include "process/supervisor.h"

namespace mogura::command {

/// The variables of a null-terminated array of "NAME=VALUE", as a program is given it. What has no
/// name is left out.
Environment read_environment(const char* const* entries);

/// Runs a command in its work directory below the project.
class LocalExecutor : public Executor {
 public:
  /// Every command gets `own`, normally this process's environment, with the request's variables on
  /// top. `supervisor` must outlive this, and run while commands do.
  LocalExecutor(process::Supervisor& supervisor, const Environment& own);

  /// Throws Error of kind "io" where the program cannot be started.
  CommandId start(const Request& request, Callbacks callbacks) override;
  /// SIGTERM to the command and what it has started, SIGKILL after the supervisor's grace.
  void cancel(CommandId command) override;
  void cancel_within(CommandId command, std::chrono::milliseconds at_most) override;

 private:
  process::Supervisor& supervisor_;
  const process::InheritedEnvironment own_;
};

}  // namespace mogura::command
