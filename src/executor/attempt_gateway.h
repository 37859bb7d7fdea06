// Starting and watching attempts for require> (execution.md §18).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "executor/executor.h"

namespace mogura::executor {

/// Finds workflows in the newest revision of their project.
class WorkflowSource {
 public:
  virtual ~WorkflowSource() = default;
  virtual std::optional<Workflow> find(ProjectId project, const std::string& workflow) const = 0;
  virtual std::optional<ProjectId> project_named(const std::string& name) const = 0;
};

class AttemptGateway : public operators::Attempts {
 public:
  AttemptGateway(const WorkflowSource& workflows, const Clock& clock)
      : workflows_(workflows), clock_(clock) {}
  /// Before the first use: the executor needs the gateway, too.
  void connect(Executor& executor) { executor_ = &executor; }

  std::optional<State> start_or_find(const Start& start) override;

 private:
  const WorkflowSource& workflows_;
  const Clock& clock_;
  Executor* executor_ = nullptr;
};

}  // namespace mogura::executor
