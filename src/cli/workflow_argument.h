// Which project and which workflow the words name (cli.md §11).
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "cli/command.h"
#include "value/value.h"

namespace mogura::cli {

/// A project directory and the parameters for its workflows.
struct ProjectArguments {
  std::filesystem::path directory;  // absolute
  Object params;                    // with `_project_path` where that is not the working directory
  Object system_config;
};

/// Reads --project, -p, -P and the settings; logs where the project is, if elsewhere.
ProjectArguments read_project_arguments(const Invocation& invocation);

/// `dir/etl.dig`, seen from the project, or `etl` as the workflow name. Throws Error of kind
/// "illegal argument" for a file outside of the project.
std::string workflow_name_of(const std::string& argument, const std::filesystem::path& project);

}  // namespace mogura::cli
