// The files of a task: its working directory and the files that parameters name (runtime.md §7.4,
// operators.md §2.3).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "operators/operator.h"

namespace mogura::operators {

/// Larger files named by parameters (queries, mail bodies, load files) are refused.
inline constexpr std::size_t kMaxParameterFileBytes = 16u << 20;

class Workspace {
 public:
  /// Takes the project and `_workdir` of the task. Throws Error of kind "illegal argument" where
  /// the working directory lies outside of the project.
  explicit Workspace(const Context& context);

  const std::filesystem::path& project_path() const { return project_path_; }
  /// Relative to the project; empty for the project itself.
  const std::filesystem::path& work_directory() const { return work_directory_; }
  std::filesystem::path absolute_work_directory() const;

  /// The absolute path of a file that a parameter names: relative to the working directory,
  /// anywhere in the project. Throws Error of kind "illegal argument": "File name must not be
  /// outside of project path (P): NAME".
  std::filesystem::path file(const std::string& name) const;

  /// The same file's content. Throws ConfigError "File not found: PATH", "Failed to read file:
  /// NAME: CLASS" with Java's class for the cause, "MESSAGE: NAME" (operators.md §2.3).
  std::string read_file(const std::string& name,
                        std::size_t max_bytes = kMaxParameterFileBytes) const;

 private:
  std::filesystem::path project_path_;
  std::filesystem::path work_directory_;
};

/// The text of a "template command": `_command` names a template file or is an object with the text
/// under `data`; without `_command` the text is under `alias_key` (operators.md §2.3). Throws
/// ConfigError; a template's error ends in " in NAME".
std::string template_command(const Context& context, const Workspace& workspace,
                             std::string_view alias_key);

/// The content of a template file, evaluated with the task's parameters. Throws as
/// template_command.
std::string template_file(const Context& context, const Workspace& workspace,
                          const std::string& name);

/// The bytes of a file, if it exists and has at most `max_bytes`. Throws Error of kind "io" where
/// it is larger or cannot be read.
std::optional<std::string> read_bytes(const std::filesystem::path& file, std::size_t max_bytes);

}  // namespace mogura::operators
