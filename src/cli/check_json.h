// What `check --json` prints: one document for programs.
#pragma once

#include "cli/check_schedules.h"
#include "cli/check_traps.h"
#include "cli/workflow_argument.h"

namespace mogura::cli {

/// What was found out about a project.
struct CheckedProject {
  std::vector<workflow::Definition> definitions;
  std::vector<workflow::TaskTree> trees;  // of them
  std::vector<CheckedSchedule> schedules;
  std::vector<Warning> warnings;
};

/// {"project", "parameters", "workflows": [{"name", "file", "timezone", "tasks": [...]}],
///  "schedules": [{"workflow", "timezone", "config", "next_runs"}],
///  "warnings": [{"workflow", "task", "file", "line", "message"}]}
/// A task is {"name", "full_name", "operator", "line", "tasks"}; a line is that of the task, or of
/// the nearest task around it that stands in the file, or null.
Object check_document(const CheckedProject& checked, const ProjectArguments& project, Instant now);

}  // namespace mogura::cli
