#include "executor/stored_workflows.h"

namespace mogura::executor {

Workflow workflow_of(const store::WorkflowDetails& details) {
  const auto& [project, revision, workflow] = details;
  return {.site = project.site,
          .project = project.id,
          .project_name = project.name,
          .revision = revision.name,
          .revision_params = revision.default_params,
          .definition = {workflow.name, workflow.timezone, workflow.config},
          .id = workflow.id};
}

std::optional<Workflow> StoredWorkflows::find(ProjectId id, const std::string& name) const {
  const auto project = projects_.find_project(site_, id);
  if (!project || project->deleted_at) return std::nullopt;
  const auto revision = projects_.newest_revision(id);
  if (!revision) return std::nullopt;
  const auto workflow = projects_.find_workflow(revision->id, name);
  if (!workflow) return std::nullopt;
  return workflow_of({*project, *revision, *workflow});
}

std::optional<ProjectId> StoredWorkflows::project_named(const std::string& name) const {
  const auto project = projects_.find_project(site_, name);
  if (!project) return std::nullopt;
  return project->id;
}

}  // namespace mogura::executor
