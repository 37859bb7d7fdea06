// projects, workflows, delete (cli.md §14.4, §14.5, §14.17).
#include <unistd.h>

#include "cli/client/lookups.h"
#include "cli/client/report.h"
#include "cli/client/server_api.h"
#include "cli/commands.h"
#include "value/config.h"
#include "value/yaml_writer.h"

namespace mogura::cli {
namespace {

constexpr std::int64_t kDefaultCount = 100;

Query page_of(const Arguments& arguments) {
  return Query()
      .add("last_id", arguments.integer("--last-id"))
      .add("count", std::optional(arguments.integer("--count").value_or(kDefaultCount)));
}

void show_projects(const Invocation& invocation, const Array& projects) {
  if (invocation.program.is_mogura()) {
    Table table({"NAME", "ID", "REVISION", "CREATED", "UPDATED"});
    for (const Value& element : projects) {
      const Object& project = object_in(element);
      table.add({text_in(project, "name"), text_in(project, "id"), text_in(project, "revision"),
                 shown_instant(text_in(project, "createdAt")),
                 shown_instant(text_in(project, "updatedAt"))});
    }
    invocation.print(table.empty() ? "No projects." : table.text(terminal_columns()));
    return;
  }
  invocation.print("Projects");
  for (const Value& element : projects) {
    const Object& project = object_in(element);
    print_block(invocation,
                {{"name", text_in(project, "name")},
                 {"id", text_in(project, "id")},
                 {"revision", text_in(project, "revision")},
                 {"archive type", text_in(project, "archiveType")},
                 {"project created at", shown_instant(text_in(project, "createdAt"))},
                 {"revision updated at", shown_instant(text_in(project, "updatedAt"))}});
  }
}

std::string project_of(const Object& workflow) {
  return text_in(value::find_object(workflow, "project"), "name");
}

void show_workflows(const Invocation& invocation, const Array& workflows) {
  if (invocation.program.is_mogura()) {
    Table table({"PROJECT", "WORKFLOW", "ID", "REVISION", "TIMEZONE"});
    for (const Value& element : workflows) {
      const Object& workflow = object_in(element);
      table.add({project_of(workflow), text_in(workflow, "name"), text_in(workflow, "id"),
                 text_in(workflow, "revision"), text_in(workflow, "timezone")});
    }
    invocation.print(table.empty() ? "No workflows." : table.text(terminal_columns()));
    return;
  }
  std::string last_project;
  for (const Value& element : workflows) {
    const Object& workflow = object_in(element);
    const std::string project = project_of(workflow);
    if (project != last_project) invocation.print("  " + project);
    invocation.print("    " + text_in(workflow, "name"));
    last_project = project;
  }
  invocation.print("");
}

int list_workflows(const Invocation& invocation, const Value& answer) {
  if (prints_json(invocation)) return print_json(invocation, answer);
  show_workflows(invocation, list_in(answer, "workflows"));
  invocation.hint("Use `" + invocation.program.name +
                  " workflows <project-name> <name>` to show details.");
  return kSuccess;
}

/// Whether the line that is typed begins with yes; the end of input is a no.
bool agrees() {
  std::string line;
  char next = 0;
  while (::read(STDIN_FILENO, &next, 1) == 1 && next != '\n') {
    line += static_cast<char>(next >= 'A' && next <= 'Z' ? next - 'A' + 'a' : next);
  }
  static constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string::npos) return false;
  const std::string answer = line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
  return answer == "y" || answer == "yes";
}

}  // namespace

int run_projects(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Arguments& arguments = invocation.arguments;
  Query query;
  if (!arguments.positionals().empty()) {
    query.add("name", std::string_view(arguments.positionals()[0]));
  } else {
    query = page_of(arguments).add("name_pattern", arguments.text("--name"));
  }
  const Value answer = server.get("/api/projects", query);
  const Array& projects = list_in(answer, "projects");
  if (projects.empty() && !arguments.positionals().empty()) {
    throw Error("", "Project '" + arguments.positionals()[0] + "' does not exist.");
  }
  if (prints_json(invocation)) return print_json(invocation, answer);
  show_projects(invocation, projects);
  invocation.hint("Use `" + invocation.program.name +
                  " workflows <project-name>` to show details.");
  return kSuccess;
}

int run_workflows(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Arguments& arguments = invocation.arguments;
  const std::vector<std::string>& words = arguments.positionals();
  if (words.empty()) {
    const Query query = page_of(arguments)
                            .add("order", std::string_view(arguments.text_or("--order", "asc")))
                            .add("name_pattern", arguments.text("--name"));
    return list_workflows(invocation, server.get("/api/workflows", query));
  }
  const Object project = find_project(server, words[0]);
  if (words.size() == 1) {
    return list_workflows(invocation, server.get(project_path(project, "/workflows")));
  }
  const Object workflow = find_workflow(server, project, words[1]);
  if (prints_json(invocation)) return print_json(invocation, Value(workflow));
  invocation.print(value::to_yaml(Value(value::get_object(workflow, "config"))));
  return kSuccess;
}

int run_delete(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const std::string& name = invocation.arguments.positionals()[0];
  const Object project = find_project(server, name);
  if (!prints_json(invocation)) {
    invocation.print("Project:");
    print_fields(invocation, {{"id", text_in(project, "id")},
                              {"name", text_in(project, "name")},
                              {"latest revision", text_in(project, "revision")},
                              {"created at", shown_instant(text_in(project, "createdAt"))},
                              {"last updated at", shown_instant(text_in(project, "updatedAt"))}});
  }
  if (!invocation.arguments.has("--force")) {
    invocation.console.err("Are you sure you want to delete this project? [y/N]: ");
    if (!agrees()) throw Error("", "canceled.");
  }
  const Value deleted = server.send("DELETE", project_path(project));
  if (prints_json(invocation)) return print_json(invocation, deleted);
  invocation.hint("Project '" + name + "' is deleted.");
  return kSuccess;
}

}  // namespace mogura::cli
