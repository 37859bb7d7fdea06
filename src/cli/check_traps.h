// What a workflow says that means something else than it seems to: the warnings of `check`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "value/value.h"
#include "workflow/compiler.h"
#include "workflow/definition.h"

namespace mogura::cli {

struct Warning {
  std::string workflow;
  std::string task;  // its full name; empty for the workflow's schedule
  std::string message;

  /// With what it is about in front.
  std::string text() const {
    return (task.empty() ? "schedule of " + workflow : task) + ": " + message;
  }
};

/// One for each trap, in the order of workflows and tasks. `trees` are the compiled `definitions`;
/// `params` are those of the command line.
std::vector<Warning> find_traps(const std::vector<workflow::Definition>& definitions,
                                const std::vector<workflow::TaskTree>& trees, const Object& params);

/// The commands of all tasks of this operator (`require`), each once, where they are plain text.
std::vector<std::string> commands_of(const workflow::TaskTree& tree, std::string_view op);

}  // namespace mogura::cli
