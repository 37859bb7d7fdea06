#include <algorithm>

#include "base/log.h"
#include "calendar/schedule.h"
#include "cli/check_json.h"
#include "cli/commands.h"
#include "cli/spelling.h"
#include "cli/time_display.h"
#include "cli/workflow_argument.h"
#include "value/json.h"
#include "value/yaml_writer.h"
#include "workflow/compiler.h"
#include "workflow/project.h"

namespace mogura::cli {
namespace {

std::string counted(std::string_view title, std::size_t count, std::string_view of) {
  return "  " + std::string(title) + " (" + std::to_string(count) + " " + std::string(of) + "):";
}

class Checker {
 public:
  Checker(const Invocation& invocation, const ProjectArguments& project)
      : invocation_(invocation), project_(project) {}

  void run() {
    if (invocation_.arguments.has("--json")) return print_document();
    invocation_.print("  System default timezone: " + calendar::TimeZone::system().id() + "\n");
    load();
    print_definitions();
    print_parameters();
    print_schedules();
    if (invocation_.program.is_mogura()) {
      find_warnings();
      print_warnings();
      refuse_warnings();
    }
  }

 private:
  void load() {
    checked_.definitions = workflow::load_project(project_.directory);
    for (const workflow::Definition& definition : checked_.definitions) {
      checked_.trees.push_back(workflow::compile("", "+" + definition.name, definition.config));
    }
  }

  void find_warnings() {
    check_name(checked_.definitions);
    checked_.warnings = find_traps(checked_.definitions, checked_.trees, project_.params);
  }

  void print_document() {
    load();
    checked_.schedules = check_schedules(checked_.definitions);
    find_warnings();
    invocation_.print(value::to_json(check_document(checked_, project_, SystemClock().now())));
    refuse_warnings();
  }

  void print_definitions() const {
    const std::vector<workflow::Definition>& definitions = checked_.definitions;
    const std::vector<workflow::TaskTree>& trees = checked_.trees;
    invocation_.print(counted("Definitions", definitions.size(), "workflows"));
    for (std::size_t i = 0; i < definitions.size(); ++i) {
      invocation_.print("    " + definitions[i].name + " (" +
                        std::to_string(trees[i].tasks.size()) + " tasks)");
      for (const std::string& target : commands_of(trees[i], "require")) {
        invocation_.print("      -> " + target);
      }
    }
    invocation_.print("");
  }

  void print_parameters() const {
    invocation_.print("  Parameters:");
    invocation_.print(indented(value::to_yaml(project_.params), "    ") + "\n");
  }

  void print_schedules() const {
    const std::vector<CheckedSchedule> schedules = check_schedules(checked_.definitions);
    invocation_.print(counted("Schedules", schedules.size(), "entries"));
    const Instant now = SystemClock().now();
    for (const CheckedSchedule& schedule : schedules) {
      invocation_.print(schedule_text(schedule, now));
      if (invocation_.program.is_mogura()) invocation_.print(next_runs_text(schedule, now));
    }
    invocation_.print("");
  }

  void check_name(const std::vector<workflow::Definition>& definitions) const {
    const auto& words = invocation_.arguments.positionals();
    if (words.empty()) return;
    const std::string name = workflow_name_of(words[0], project_.directory);
    std::vector<std::string> names;
    for (const auto& definition : definitions) names.push_back(definition.name);
    if (std::ranges::find(names, name) != names.end()) return;
    throw Error("resource not found",
                "Workflow '" + name + "' does not exist" + did_you_mean(name, names));
  }

  void print_warnings() const {
    if (checked_.warnings.empty()) return;
    invocation_.print(counted("Warnings", checked_.warnings.size(), "entries"));
    for (const Warning& warning : checked_.warnings) {
      std::string text = indented(warning.text(), "      ");
      text.replace(0, 6, "    - ");
      invocation_.print(text);
    }
    invocation_.print("");
  }

  void refuse_warnings() const {
    if (checked_.warnings.empty() || !invocation_.arguments.has("--strict")) return;
    throw Error("", std::to_string(checked_.warnings.size()) + " warnings, and --strict was given");
  }

  const Invocation& invocation_;
  const ProjectArguments& project_;
  CheckedProject checked_;
};

}  // namespace

int run_check(const Invocation& invocation) {
  require_positionals(invocation, 0, 1);
  const ProjectArguments project = read_project_arguments(invocation);
  const auto& words = invocation.arguments.positionals();
  if (!words.empty()) workflow_name_of(words[0], project.directory);
  Checker(invocation, project).run();
  return kSuccess;
}

}  // namespace mogura::cli
