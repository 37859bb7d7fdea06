// What `run` and `scheduler` hand to the local engine besides the project.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/engine.h"
#include "cli/task_logs.h"

namespace mogura::cli {

/// Refuses settings that the engine cannot start with. Throws Error, its message alone.
void check_engine_settings(const Object& system_config);

/// Everything that an engine in this process refers to; must outlive it.
class LocalSetup {
 public:
  /// `task_log_directory`: absent for no logs.
  LocalSetup(const Object& system_config, Console& console,
             const std::optional<std::string>& task_log_directory);
  ~LocalSetup();

  /// Options with everything set that does not depend on the project.
  EngineOptions engine_options() const;

 private:
  const Object system_config_;
  Console& console_;
  const SystemClock clock_;
  const std::unique_ptr<secrets::SecretStore> secrets_;
  const std::unique_ptr<operators::Notifier> notifier_;
  std::unique_ptr<blob::LogStore> task_logs_;  // null: no logs
};

}  // namespace mogura::cli
