#include "store/sql/project_rows.h"

#include <limits>

#include "store/sql/json_column.h"

namespace mogura::store::sql {

Project project_from(Rows::Row& row) {
  Project project;
  project.id = row.id<ProjectId>();
  project.site = row.id<SiteId>();
  project.name = row.text();
  project.created_at = row.time();
  project.deleted_at = row.maybe_time();
  return project;
}

Revision revision_from(Rows::Row& row) {
  Revision revision;
  revision.id = row.id<RevisionId>();
  revision.project = row.id<ProjectId>();
  revision.name = row.text();
  revision.created_at = row.time();
  revision.archive_type = row.text();
  revision.archive_path = row.maybe_text();
  revision.archive_md5 = row.maybe_text();
  revision.archive_digest = row.maybe_text();
  revision.default_params = object_from(row.maybe_text());
  revision.user_info = object_from(row.maybe_text());
  return revision;
}

Workflow workflow_from(Rows::Row& row) {
  Workflow workflow;
  workflow.id = row.id<WorkflowId>();
  workflow.revision = row.id<RevisionId>();
  workflow.name = row.text();
  workflow.timezone = row.text();
  workflow.config = object_from(row.maybe_text());
  return workflow;
}

PageBounds::PageBounds(const Page& page)
    : compare(page.descending ? "<" : ">"),
      order(page.descending ? "DESC" : "ASC"),
      after(page.after_id) {
  if (page.descending && page.after_id == 0) after = std::numeric_limits<std::int64_t>::max();
}

}  // namespace mogura::store::sql
