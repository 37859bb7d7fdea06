// What workflows, projects and tasks may be called (language.md §1.1), and suggestions for names
// that nobody knows (§5.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mogura::workflow {

/// What is wrong with the name ("must not be blank", ...); absent where nothing is.
std::optional<std::string> workflow_name_problem(std::string_view name);
std::optional<std::string> task_name_problem(std::string_view name);

/// Candidates within Levenshtein distance floor(len(candidate)/2), in their order.
std::vector<std::string> suggestions(std::string_view name,
                                     const std::vector<std::string>& candidates);

/// Throws Error of kind "model validation": "Validating workflow failed\nname ...: "NAME"".
void check_workflow_name(const std::string& name);

}  // namespace mogura::workflow
