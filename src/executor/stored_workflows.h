// The workflows of a server's projects, as its store keeps them.
#pragma once

#include "executor/attempt_gateway.h"
#include "store/projects.h"

namespace mogura::executor {

/// A stored definition, ready to start.
Workflow workflow_of(const store::WorkflowDetails& details);

/// Those of one site. Any thread; throws what the store throws.
class StoredWorkflows : public WorkflowSource {
 public:
  /// `projects` lives longer.
  StoredWorkflows(store::Projects& projects, SiteId site) : projects_(projects), site_(site) {}

  /// None of a project that was deleted.
  std::optional<Workflow> find(ProjectId project, const std::string& workflow) const override;
  std::optional<ProjectId> project_named(const std::string& name) const override;

 private:
  store::Projects& projects_;
  const SiteId site_;
};

}  // namespace mogura::executor
