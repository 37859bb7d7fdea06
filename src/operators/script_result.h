// output.json, in which the runners of py> and rb> say what became of a script (operators.md §4.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "value/value.h"

namespace mogura::operators {

struct ScriptResult {
  struct Failure {
    std::string error_class;
    std::string message;
    std::vector<std::string> backtrace;
  };

  engine::TaskResult result;       // subtasks, exports and stores
  std::optional<Failure> failure;  // the script's exception
};

/// Reads the file's content. Throws Error where it is no JSON object of this form.
ScriptResult parse_script_result(const std::string& json);

/// "MESSAGE (CLASS)" and the backtrace, a "\n\tfrom " before each of its entries.
std::string failure_text(const ScriptResult::Failure& failure);

}  // namespace mogura::operators
