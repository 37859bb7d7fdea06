// Pushes for tests of stores.
#pragma once

#include <string>
#include <vector>

#include "store/projects.h"
#include "store/testing/attempt_maker.h"

namespace mogura::store::testing {

struct WorkflowOptions {
  std::string name;
  /// Seconds; absent: no schedule.
  std::optional<std::int64_t> first_run;
  bool clear_schedule = false;
};

inline ScheduleTime schedule_at(std::int64_t seconds) {
  return {at_second(seconds), at_second(seconds + 5)};
}

/// Schedules go on 100 seconds after their last session.
inline Push make_push(std::string project, std::string revision,
                      const std::vector<WorkflowOptions>& workflows = {{"w"}}) {
  Push push;
  push.project = std::move(project);
  push.revision = std::move(revision);
  push.archive_type = "none";
  for (const WorkflowOptions& options : workflows) {
    NewWorkflow& workflow = push.workflows.emplace_back();
    workflow.name = options.name;
    workflow.timezone = "Asia/Tokyo";
    workflow.config = {{"+a", Object{{"sh>", options.name}}}};
    if (options.first_run) workflow.first_schedule = schedule_at(*options.first_run);
    workflow.clear_schedule = options.clear_schedule;
  }
  push.next_schedule = [](const std::string&, Instant last) {
    const Instant next = last + std::chrono::seconds(100);
    return ScheduleTime{next, next + std::chrono::seconds(5)};
  };
  return push;
}

/// The names of what has names, in the order of the list.
template <class T>
std::vector<std::string> names_of(const std::vector<T>& items) {
  std::vector<std::string> names;
  for (const T& item : items) {
    if constexpr (requires { item.workflow.name; }) {
      names.push_back(item.workflow.name);
    } else if constexpr (requires { item.project.name; }) {
      names.push_back(item.project.name);
    } else if constexpr (requires { item.workflow_name; }) {
      names.push_back(item.workflow_name);
    } else {
      names.push_back(item.name);
    }
  }
  return names;
}

}  // namespace mogura::store::testing
