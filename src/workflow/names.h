// What workflows, projects and tasks may be called (language.md §1.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mogura::workflow {

/// What is wrong with the name ("must not be blank", ...); absent where nothing is.
std::optional<std::string> workflow_name_problem(std::string_view name);
std::optional<std::string> task_name_problem(std::string_view name);

/// Throws Error of kind "model validation": "Validating workflow failed\nname ...: "NAME"".
void check_workflow_name(const std::string& name);

}  // namespace mogura::workflow
