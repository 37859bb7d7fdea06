// What `run` and `scheduler` hand to the local engine besides the project.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/engine.h"
#include "cli/task_logs.h"

namespace mogura::cli {

/// Refuses settings that the engine cannot start with. Throws Error, its message alone.
void check_engine_settings(const Object& system_config);

/// The settings, with those that an option of `run` or `scheduler` gives.
Object with_engine_options(Object system_config, const Arguments& arguments);

/// Everything that an engine in this process refers to; must outlive it.
class LocalSetup {
 public:
  /// The options -O and --max-task-threads win over the settings that they stand for (cli.md
  /// §12.4).
  LocalSetup(const Object& system_config, Console& console, const Arguments& arguments);
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
