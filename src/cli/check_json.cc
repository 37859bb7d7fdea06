#include "cli/check_json.h"

#include "calendar/time_zone.h"
#include "cli/files.h"
#include "cli/task_lines.h"
#include "operators/task_run.h"

namespace mogura::cli {
namespace {

/// One workflow's file.
class WorkflowFile {
 public:
  WorkflowFile(const std::filesystem::path& project, const std::string& workflow)
      : name_(workflow + ".dig"),
        lines_(task_lines(read_file(project / name_))),
        root_length_(workflow.size() + 1) {}

  const std::string& name() const { return name_; }

  /// Of the task with this full name; of the schedule where it is empty.
  Value line_of(const std::string& task) const {
    if (task.empty()) return line_at("schedule");
    std::string_view path = std::string_view(task).substr(root_length_);
    while (!path.empty()) {
      if (Value line = line_at(path); !line.is_null()) return line;
      path = path.substr(0, path.find_last_of("+^"));
    }
    return nullptr;
  }

 private:
  Value line_at(std::string_view path) const {
    const auto found = lines_.find(path);
    if (found == lines_.end()) return nullptr;
    return found->second;
  }

  const std::string name_;
  const std::map<std::string, int, std::less<>> lines_;
  const std::size_t root_length_;
};

Object task_object(const workflow::TaskNode& node, const WorkflowFile& file) {
  Value op = nullptr;
  if (node.kind == workflow::TaskKind::task) {
    if (const auto name = operators::operator_name(node.config, node.config)) op = *name;
  }
  return {{"name", std::string(node.name())},
          {"full_name", node.full_name},
          {"operator", std::move(op)},
          {"line", file.line_of(node.full_name)},
          {"tasks", Array()}};
}

/// The tasks of the workflow, each within the one above it. Children stand behind their parents, so
/// that from the end every task is complete when it is moved to where it belongs.
Array task_objects(const workflow::TaskTree& tree, const WorkflowFile& file) {
  std::vector<Array> below(tree.tasks.size());  // in reverse order
  for (std::size_t i = tree.tasks.size(); i-- > 1;) {
    Object task = task_object(tree.tasks[i], file);
    task.set("tasks", Array(below[i].rbegin(), below[i].rend()));
    below[tree.tasks[i].parent].push_back(std::move(task));
  }
  return Array(below[0].rbegin(), below[0].rend());
}

Object schedule_object(const CheckedSchedule& schedule, Instant now) {
  Array runs;
  for (const calendar::ScheduleTime& time : next_runs(schedule, now)) {
    runs.push_back(Object{{"session_time", calendar::iso_time(time.session_time, schedule.zone)},
                          {"run_time", calendar::iso_time(time.run_time, schedule.zone)}});
  }
  return {{"workflow", schedule.workflow},
          {"timezone", schedule.zone.id()},
          {"config", schedule.config},
          {"next_runs", std::move(runs)}};
}

}  // namespace

Object check_document(const CheckedProject& checked, const ProjectArguments& project, Instant now) {
  std::map<std::string, WorkflowFile> files;
  Array workflows;
  for (std::size_t i = 0; i < checked.definitions.size(); ++i) {
    const workflow::Definition& definition = checked.definitions[i];
    const WorkflowFile& file =
        files.try_emplace(definition.name, project.directory, definition.name).first->second;
    workflows.push_back(Object{{"name", definition.name},
                               {"file", file.name()},
                               {"timezone", definition.timezone},
                               {"tasks", task_objects(checked.trees[i], file)}});
  }
  Array schedules;
  for (const CheckedSchedule& schedule : checked.schedules) {
    schedules.push_back(schedule_object(schedule, now));
  }
  Array warnings;
  for (const Warning& warning : checked.warnings) {
    const WorkflowFile& file = files.at(warning.workflow);
    warnings.push_back(Object{{"workflow", warning.workflow},
                              {"task", warning.task.empty() ? Value() : Value(warning.task)},
                              {"file", file.name()},
                              {"line", file.line_of(warning.task)},
                              {"message", warning.message}});
  }
  return {{"project", project.directory.string()},
          {"parameters", project.params},
          {"workflows", std::move(workflows)},
          {"schedules", std::move(schedules)},
          {"warnings", std::move(warnings)}};
}

}  // namespace mogura::cli
