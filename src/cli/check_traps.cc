// Each trap is a function that looks at one task, or at one workflow, and says what it found:
//
//   +w+load: ...            the task
//   `_check` of a group...  what happens, and what was probably meant
//
// Only traps that are wrong more often than not are here: a warning that is usually mistaken
// teaches its readers to overlook the others.
#include "cli/check_traps.h"

#include <algorithm>
#include <array>
#include <set>

#include "calendar/schedule.h"
#include "operators/operator.h"
#include "template/scanner.h"

namespace mogura::cli {
namespace {

struct TaskView {
  const workflow::TaskTree& tree;
  const workflow::TaskNode& node;
  bool is_root() const { return node.parent == workflow::kNoTask; }
  bool is_group() const { return node.kind == workflow::TaskKind::group; }
};

using Warnings = std::vector<Warning>;

bool has_template(const Value& value) {
  return value.is_text() && value.as_text().find("${") != std::string::npos;
}

void warn(Warnings& warnings, const TaskView& task, std::string text) {
  warnings.push_back(
      {task.tree.tasks[0].full_name.substr(1), task.node.full_name, std::move(text)});
}

/// The operator that the task's own keys name; empty where only running tells.
std::string static_operator(const Object& config) {
  if (const Value* type = config.find("_type")) {
    return type->is_text() && !has_template(*type) ? type->as_text() : "";
  }
  for (const auto& [key, command] : config) {
    if (key.ends_with('>')) return key.substr(0, key.size() - 1);
  }
  return "";
}

const Value* static_command(const Object& config) {
  if (config.contains("_type")) return config.find("_command");
  for (const auto& [key, command] : config) {
    if (key.ends_with('>')) return &command;
  }
  return nullptr;
}

// language.md §5.5
void ignored_check(const TaskView& task, Warnings& warnings) {
  if (task.is_group() && task.node.config.contains("_check")) {
    warn(warnings, task, "`_check` of a group never runs; give it to a task.");
  }
}

// language.md §5.2
void ignored_group_keys(const TaskView& task, Warnings& warnings) {
  if (!task.is_group() || task.is_root()) return;
  for (const std::string_view key : {"timezone", "schedule", "sla", "_secrets"}) {
    if (task.node.config.contains(key)) {
      warn(warnings, task, "`" + std::string(key) + "` of a nested group has no effect.");
    }
  }
}

// language.md §8
void unevaluated_retry(const TaskView& task, Warnings& warnings) {
  const Value* retry = task.node.config.find("_retry");
  if (task.is_group() && retry != nullptr && has_template(*retry)) {
    warn(warnings, task, "templates in `_retry` of a group are not evaluated: it never retries.");
  }
}

// language.md §5.6
void hijacking_export(const TaskView& task, Warnings& warnings) {
  const Value* exported = task.node.config.find("_export");
  if (exported == nullptr || !exported->is_object()) return;
  for (const auto& [key, ignored] : exported->as_object()) {
    if (key == "_type" || (key.size() > 1 && key.ends_with('>'))) {
      warn(warnings, task, "`" + key + "` in `_export` becomes the operator of every task below.");
    }
  }
}

// language.md §5.4: found only when the task runs.
void unknown_operator(const TaskView& task, Warnings& warnings) {
  if (task.is_group()) return;
  const std::string name = static_operator(task.node.config);
  if (!name.empty() && operators::find_operator(name) == nullptr) {
    warn(warnings, task, "there is no operator `" + name + ">`.");
  }
}

// language.md §13.1
void shell_expansion(const TaskView& task, Warnings& warnings) {
  if (task.is_group() || static_operator(task.node.config) != "sh") return;
  const Value* command = static_command(task.node.config);
  if (command == nullptr || !command->is_text()) return;
  const std::string& text = command->as_text();
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    std::size_t end = at + 2;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
      ++end;
    }
    const bool expands = end > at + 2 && end + 1 < text.size() && text[end] == ':' &&
                         std::string_view("-=+?").contains(text[end + 1]);
    if (!expands) continue;
    warn(warnings, task,
         "`" + text.substr(at, text.find('}', at) - at + 1) +
             "` is taken for a template of the workflow, not for the shell's.");
  }
}

// Whether the text has a `$$` that a shell would take for its process id. What a name, a digit or a
// bracket follows may as well be a `$` that somebody meant to protect, and works as one.
bool has_process_id(std::string_view literal) {
  for (std::size_t at = literal.find('$'); at < literal.size(); at = literal.find('$', at)) {
    const std::size_t end = std::min(literal.find_first_not_of('$', at), literal.size());
    const char next = end < literal.size() ? literal[end] : ' ';
    const bool begins_expansion = std::isalnum(static_cast<unsigned char>(next)) != 0 ||
                                  std::string_view("_{(").contains(next);
    if (end - at == 2 && !begins_expansion) return true;
    at = end;
  }
  return false;
}

// language.md §11.3
void lost_process_id(const TaskView& task, Warnings& warnings) {
  if (task.is_group() || static_operator(task.node.config) != "sh") return;
  const Value* command = static_command(task.node.config);
  if (command == nullptr || !command->is_text()) return;
  for (const tmpl::Piece& piece : tmpl::scan(command->as_text(), tmpl::Syntax::extended)) {
    if (piece.kind == tmpl::Piece::Kind::expression || !has_process_id(piece.text)) continue;
    warn(warnings, task,
         "`$$` reaches the shell as `$`, and is not its process id; write `$$$$` for that.");
    return;
  }
}

// execution.md §14.3
void cron_days(const workflow::Definition& definition, Warnings& warnings) {
  const Value* schedule = definition.config.find("schedule");
  if (schedule == nullptr || !schedule->is_object()) return;
  const Value* cron = schedule->as_object().find("cron>");
  if (cron == nullptr || !cron->is_text()) return;
  std::vector<std::string> fields(1);
  for (const char c : cron->as_text()) {
    if (c != ' ' && c != '\t') {
      fields.back() += c;
    } else if (!fields.back().empty()) {
      fields.emplace_back();
    }
  }
  if (fields.back().empty()) fields.pop_back();
  if (fields.size() == 5 && !fields[2].starts_with('*') && !fields[4].starts_with('*')) {
    warnings.push_back({definition.name, "",
                        "a day must match both the day of the month and the weekday, while cron "
                        "takes either."});
  }
}

// language.md §10.1
void beaten_params(const workflow::Definition& definition, const Object& params,
                   Warnings& warnings) {
  const Value* exported = definition.config.find("_export");
  if (exported == nullptr || !exported->is_object()) return;
  for (const auto& [key, ignored] : exported->as_object()) {
    if (params.contains(key)) {
      warnings.push_back({definition.name, "+" + definition.name,
                          "`_export` sets `" + key +
                              "`, which wins over the parameter of that name that was given."});
    }
  }
}

void unknown_schedule_keys(const workflow::Definition& definition, Warnings& warnings) {
  const Value* schedule = definition.config.find("schedule");
  if (schedule == nullptr || !schedule->is_object()) return;
  for (std::string& complaint : calendar::unused_schedule_keys(schedule->as_object())) {
    warnings.push_back({definition.name, "", std::move(complaint)});
  }
}

void missing_requirements(const workflow::TaskTree& tree, const std::set<std::string>& names,
                          Warnings& warnings) {
  for (const workflow::TaskNode& node : tree.tasks) {
    const Value* command = static_command(node.config);
    const bool elsewhere =
        node.config.contains("project_id") || node.config.contains("project_name");
    if (node.kind != workflow::TaskKind::task || static_operator(node.config) != "require" ||
        elsewhere || command == nullptr || !command->is_text() || has_template(*command) ||
        names.contains(command->as_text())) {
      continue;
    }
    warn(warnings, {tree, node},
         "there is no workflow `" + command->as_text() + "` in this project.");
  }
}

constexpr std::array kTaskTraps = {ignored_check,    ignored_group_keys, unevaluated_retry,
                                   hijacking_export, unknown_operator,   shell_expansion,
                                   lost_process_id};

}  // namespace

std::vector<Warning> find_traps(const std::vector<workflow::Definition>& definitions,
                                const std::vector<workflow::TaskTree>& trees,
                                const Object& params) {
  std::set<std::string> names;
  for (const workflow::Definition& definition : definitions) names.insert(definition.name);
  Warnings warnings;
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    unknown_schedule_keys(definitions[i], warnings);
    cron_days(definitions[i], warnings);
    beaten_params(definitions[i], params, warnings);
    for (const workflow::TaskNode& node : trees[i].tasks) {
      for (const auto trap : kTaskTraps) trap({trees[i], node}, warnings);
    }
    missing_requirements(trees[i], names, warnings);
  }
  return warnings;
}

std::vector<std::string> commands_of(const workflow::TaskTree& tree, std::string_view op) {
  std::vector<std::string> commands;
  for (const workflow::TaskNode& node : tree.tasks) {
    if (node.kind != workflow::TaskKind::task || static_operator(node.config) != op) continue;
    const Value* command = static_command(node.config);
    if (command == nullptr || !command->is_text()) continue;
    if (std::ranges::find(commands, command->as_text()) == commands.end()) {
      commands.push_back(command->as_text());
    }
  }
  return commands;
}

}  // namespace mogura::cli
