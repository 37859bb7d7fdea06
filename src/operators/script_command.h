// What sh>, py>, rb> and embulk> have in common: a command that runs in the task's working
// directory with files of its own in a temporary directory, `_env`, and a file for output
// parameters (operators.md §4, docs/operators/output.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operators/operator.h"
#include "operators/temporary_directories.h"
#include "operators/workspace.h"

namespace mogura::operators {

/// Whether the environment can hold a variable of this name: `[a-zA-Z_][a-zA-Z_0-9]*`.
bool is_environment_name(std::string_view name);

/// The failure of a command of which only the exit status tells: "Command failed with code N".
RuntimeError command_failed(const command::Finished& finished);

class ScriptCommand {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// Makes the temporary directory, `digdag-OPERATOR-TASKID-...`, which lives as long as this
  /// object.
  ScriptCommand(const Context& context, std::string_view operator_name);

  const Workspace& workspace() const { return workspace_; }

  /// Writes a file into the temporary directory; its path relative to the working directory.
  std::string add_file(std::string_view name, std::string_view content);
  /// The path relative to the working directory of a file there that the command may write.
  std::string relative_path(std::string_view name) const;
  /// The content of such a file; absent where the command wrote none. Throws Error of kind "io".
  std::optional<std::string> content_of(std::string_view name) const;

  /// The request for a command whose environment is `variables` and, over them, `_env`. Throws
  /// ConfigError "Invalid _env key name: NAME", Error of kind "secret not found".
  command::Request request(std::vector<std::string> argv, Environment variables = {});

  /// The end of a task whose command says nothing but its status: its output parameters are the
  /// task's. Throws command_failed(), TaskFailed.
  Done end(const command::Finished& finished) const;
  /// What the command wrote to $MOGURA_OUTPUT. Throws TaskFailed.
  Object output_parameters() const;

 private:
  void add_own_environment(Environment& variables) const;

  const Context& context_;
  Workspace workspace_;
  TemporaryDirectory directory_;
};

}  // namespace mogura::operators
