#include <algorithm>

#include "base/log.h"
#include "calendar/schedule.h"
#include "cli/check_schedules.h"
#include "cli/check_traps.h"
#include "cli/commands.h"
#include "cli/spelling.h"
#include "cli/time_display.h"
#include "cli/workflow_argument.h"
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
    invocation_.print("  System default timezone: " + calendar::TimeZone::system().id() + "\n");
    const std::vector<workflow::Definition> definitions =
        workflow::load_project(project_.directory);
    std::vector<workflow::TaskTree> trees;
    for (const workflow::Definition& definition : definitions) {
      trees.push_back(workflow::compile("", "+" + definition.name, definition.config));
    }
    print_definitions(definitions, trees);
    print_parameters();
    print_schedules(definitions);
    if (invocation_.program.is_mogura()) {
      check_name(definitions);
      warn(find_traps(definitions, trees, project_.params));
    }
  }

 private:
  void print_definitions(const std::vector<workflow::Definition>& definitions,
                         const std::vector<workflow::TaskTree>& trees) const {
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

  void print_schedules(const std::vector<workflow::Definition>& definitions) const {
    const std::vector<CheckedSchedule> schedules = check_schedules(definitions);
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

  void warn(const std::vector<std::string>& warnings) const {
    if (warnings.empty()) return;
    invocation_.print(counted("Warnings", warnings.size(), "entries"));
    for (const std::string& warning : warnings) {
      std::string text = indented(warning, "      ");
      text.replace(0, 6, "    - ");
      invocation_.print(text);
    }
    invocation_.print("");
    if (invocation_.arguments.has("--strict")) {
      throw Error("", std::to_string(warnings.size()) + " warnings, and --strict was given");
    }
  }

  const Invocation& invocation_;
  const ProjectArguments& project_;
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
