// Projects, revisions, workflow definitions and archives (rest-api.md §5-7).
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

std::string select_projects(std::string_view where) {
  std::string text = "SELECT ";
  return text.append(kProjectColumns).append(" FROM projects AS p WHERE ").append(where);
}

std::string select_revisions(std::string_view where) {
  std::string text = "SELECT ";
  return text.append(kRevisionColumns).append(" FROM revisions AS v WHERE ").append(where);
}

std::string select_workflows(std::string_view where) {
  std::string text = "SELECT ";
  return text.append(kWorkflowColumns).append(" FROM workflows AS w WHERE ").append(where);
}

std::string select_details(std::string_view where) {
  std::string text = "SELECT ";
  text.append(kProjectColumns).append(", ").append(kRevisionColumns).append(", ");
  text.append(kWorkflowColumns);
  text.append(
      " FROM workflows AS w JOIN revisions AS v ON v.id = w.revision_id "
      "JOIN projects AS p ON p.id = v.project_id WHERE ");
  return text.append(where);
}

Pushed pushed_from(Rows::Row& row) {
  Project project = project_from(row);
  return {std::move(project), revision_from(row)};
}

WorkflowDetails details_from(Rows::Row& row) {
  WorkflowDetails details;
  details.project = project_from(row);
  details.revision = revision_from(row);
  details.workflow = workflow_from(row);
  return details;
}

}  // namespace

std::optional<Project> SqlDatabase::find_project(SiteId site, ProjectId project) {
  return first_from(
      run(Access::read, select_projects("p.id = $1 AND p.site_id = $2"), {project, site}),
      project_from);
}

std::optional<Project> SqlDatabase::find_project(SiteId site, const std::string& name) {
  return first_from(
      run(Access::read, select_projects("p.site_id = $1 AND p.name = $2"), {site, name}),
      project_from);
}

std::vector<Pushed> SqlDatabase::list_projects(SiteId site, const std::string& name_contains,
                                               const Page& page) {
  const PageBounds bounds(page);
  std::string text = "SELECT ";
  text.append(kProjectColumns).append(", ").append(kRevisionColumns);
  text.append(
      " FROM projects AS p JOIN revisions AS v ON v.id = p.newest_revision_id "
      "WHERE p.site_id = $1 AND p.deleted_at IS NULL AND {find}(p.name, $2) > 0 "
      "AND p.id ");
  text.append(bounds.compare).append(" $3 ORDER BY p.id ").append(bounds.order);
  text.append(" LIMIT $4");
  return all_from(run(Access::read, text, {site, name_contains, bounds.after, page.size}),
                  pushed_from);
}

bool SqlDatabase::delete_project(SiteId site, ProjectId project, Instant now) {
  Transaction transaction(*driver_);
  const Rows deleted = transaction->run(
      "UPDATE projects SET deleted_name = name, name = NULL, deleted_at = $3 "
      "WHERE id = $1 AND site_id = $2 AND deleted_at IS NULL RETURNING id",
      {project, site, now});
  if (deleted.empty()) return false;
  transaction->run("UPDATE workflows SET is_newest = 0 WHERE project_id = $1 AND is_newest = 1",
                   {project});
  transaction->run("DELETE FROM schedules WHERE project_id = $1", {project});
  transaction->run("DELETE FROM secrets WHERE project_id = $1", {project});
  commit_and_tell(transaction, {.schedules = true});
  return true;
}

std::vector<Revision> SqlDatabase::list_revisions(ProjectId project, const Page& page) {
  const PageBounds bounds({page.after_id, page.size, /*descending=*/true});
  return all_from(
      run(Access::read,
          select_revisions("v.project_id = $1 AND v.id < $2 ORDER BY v.id DESC LIMIT $3"),
          {project, bounds.after, page.size}),
      revision_from);
}

std::optional<Revision> SqlDatabase::newest_revision(ProjectId project) {
  return first_from(
      run(Access::read, select_revisions("v.project_id = $1 ORDER BY v.id DESC LIMIT 1"),
          {project}),
      revision_from);
}

std::optional<Revision> SqlDatabase::find_revision(ProjectId project, const std::string& name) {
  return first_from(
      run(Access::read, select_revisions("v.project_id = $1 AND v.name = $2"), {project, name}),
      revision_from);
}

std::optional<Revision> SqlDatabase::find_revision(RevisionId revision) {
  return first_from(run(Access::read, select_revisions("v.id = $1"), {revision}), revision_from);
}

std::vector<Workflow> SqlDatabase::list_workflows(RevisionId revision) {
  return all_from(
      run(Access::read, select_workflows("w.revision_id = $1 ORDER BY w.id"), {revision}),
      workflow_from);
}

std::optional<Workflow> SqlDatabase::find_workflow(RevisionId revision, const std::string& name) {
  return first_from(
      run(Access::read, select_workflows("w.revision_id = $1 AND w.name = $2"), {revision, name}),
      workflow_from);
}

std::optional<WorkflowDetails> SqlDatabase::find_workflow(SiteId site, WorkflowId workflow) {
  return first_from(
      run(Access::read, select_details("w.id = $1 AND w.site_id = $2"), {workflow, site}),
      details_from);
}

std::vector<WorkflowDetails> SqlDatabase::list_workflows(SiteId site, const WorkflowFilter& filter,
                                                         const Page& page) {
  const PageBounds bounds(page);
  std::string where = "w.site_id = $1 AND w.is_newest = 1 AND ({find}(w.name, $2) > 0";
  if (filter.or_project_name_contains) where.append(" OR {find}(p.name, $2) > 0");
  where.append(") AND w.id ").append(bounds.compare).append(" $3 ORDER BY w.id ");
  where.append(bounds.order).append(" LIMIT $4");
  return all_from(run(Access::read, select_details(where),
                      {site, filter.name_contains, bounds.after, page.size}),
                  details_from);
}

}  // namespace mogura::store::sql
