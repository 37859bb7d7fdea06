// py> and rb>: the same operator for two languages (operators.md §4.2, §4.3). A runner in that
// language reads the parameters from input.json, calls the function that the task names, and says
// in output.json what came of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operators/operator.h"
#include "operators/workspace.h"

namespace mogura::operators {

struct ScriptLanguage {
  std::string_view operator_name;  // also the key of the defaults: "py"
  std::string_view program_key;    // "python"
  std::string_view runner_file;    // "runner.py"
  std::string_view runner;         // its text
  /// What stands between the program and the runner's path.
  std::vector<std::string> (*options)(const Context& context, const Workspace& workspace);
  std::string_view failure_prefix;  // "Python command failed with code "
  /// What leads to the script's own error: "\nError messages from python: ".
  std::string_view script_error_prefix;
  std::string_view advice;  // where the interpreter cannot be started
};

std::unique_ptr<Operator> make_script(Context& context, const ScriptLanguage& language);

}  // namespace mogura::operators
