// A push: one transaction (rest-api.md §6.6).
#include <algorithm>

#include "store/sql/archives.h"
#include "store/sql/json_column.h"
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

// The project of this name, made where it is missing; its row is locked, so that pushes to one
// project come one after the other.
Project lock_project(Session& session, const Push& push, Instant now) {
  std::string text =
      "INSERT INTO projects AS p (site_id, name, created_at) VALUES ($1, $2, $3) "
      "ON CONFLICT (site_id, name) DO UPDATE SET name = excluded.name RETURNING ";
  text.append("id, site_id, name, created_at, deleted_at");
  const Rows rows = session.run(text, {push.site, push.project, now});
  Rows::Row row = rows[0];
  return project_from(row);
}

Revision insert_revision(Session& session, const Push& push, ProjectId project, Instant now) {
  const Rows rows = session.run(
      "INSERT INTO revisions (project_id, name, created_at, archive_type, archive_path, "
      "archive_md5, archive_digest, user_info) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
      "ON CONFLICT (project_id, name) DO NOTHING RETURNING id",
      {project, push.revision, now, push.archive_type, push.archive_path,
       Param::bytes(push.archive_md5), Param::bytes(push.archive_digest),
       object_column(push.user_info)});
  if (rows.empty()) {
    throw Error("conflict", "Resource already exists: revision=" + push.revision +
                                " in project id=" + std::to_string(project.value));
  }
  Revision revision;
  revision.id = rows[0].id<RevisionId>();
  revision.project = project;
  revision.name = push.revision;
  revision.created_at = now;
  revision.archive_type = push.archive_type;
  revision.archive_path = push.archive_path;
  revision.archive_md5 = push.archive_md5;
  revision.archive_digest = push.archive_digest;
  revision.user_info = push.user_info;
  session.run("UPDATE projects SET newest_revision_id = $2 WHERE id = $1", {project, revision.id});
  if (push.archive) put_archive(session, revision.id, push);
  if (push.archive_path) use_place(session, push, now);
  return revision;
}

// Ids of the push's workflows, in their order.
std::vector<WorkflowId> insert_workflows(Session& session, const Push& push,
                                         const Revision& revision) {
  session.run("UPDATE workflows SET is_newest = 0 WHERE project_id = $1 AND is_newest = 1",
              {revision.project});
  std::vector<WorkflowId> ids;
  for (const NewWorkflow& workflow : push.workflows) {
    const Rows rows = session.run(
        "INSERT INTO workflows (site_id, project_id, revision_id, name, timezone, config, "
        "is_newest) VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING id",
        {push.site, revision.project, revision.id, workflow.name, workflow.timezone,
         object_column(workflow.config)});
    ids.push_back(rows[0].id<WorkflowId>());
  }
  return ids;
}

struct OldSchedule {
  std::string workflow;
  std::optional<Instant> last_session_time;
};

OldSchedule old_schedule_from(Rows::Row& row) {
  OldSchedule old;
  old.workflow = row.text();
  old.last_session_time = row.maybe_time();
  return old;
}

void put_schedule(Session& session, const Push& push, ProjectId project, WorkflowId id,
                  const NewWorkflow& workflow, const OldSchedule* old, Instant now) {
  ScheduleTime next = *workflow.first_schedule;
  std::optional<Instant> last;
  if (old != nullptr && old->last_session_time && !workflow.clear_schedule) {
    last = old->last_session_time;
    next = push.next_schedule(workflow.name, *last);
  }
  session.run(
      "INSERT INTO schedules (site_id, project_id, workflow_name, workflow_id, session_time, "
      "run_time, last_session_time, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) "
      "ON CONFLICT (project_id, workflow_name) DO UPDATE SET workflow_id = excluded.workflow_id, "
      "session_time = excluded.session_time, run_time = excluded.run_time, "
      "last_session_time = excluded.last_session_time, updated_at = excluded.updated_at, "
      "version = schedules.version + 1",
      {push.site, project, workflow.name, id, next.session_time, next.run_time, last, now});
}

// Schedules follow their workflows by name; those whose workflow has none any more go.
void update_schedules(Session& session, const Push& push, ProjectId project,
                      const std::vector<WorkflowId>& ids, Instant now) {
  const std::vector<OldSchedule> olds = all_from(
      session.run("SELECT workflow_name, last_session_time FROM schedules WHERE project_id = $1 "
                  "{for_update}",
                  {project}),
      old_schedule_from);
  const auto scheduled = [&](const std::string& name) {
    return std::ranges::any_of(push.workflows, [&](const NewWorkflow& workflow) {
      return workflow.name == name && workflow.first_schedule;
    });
  };
  for (const OldSchedule& old : olds) {
    if (scheduled(old.workflow)) continue;
    session.run("DELETE FROM schedules WHERE project_id = $1 AND workflow_name = $2",
                {project, old.workflow});
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const NewWorkflow& workflow = push.workflows[i];
    if (!workflow.first_schedule) continue;
    const auto old = std::ranges::find(olds, workflow.name, &OldSchedule::workflow);
    put_schedule(session, push, project, ids[i], workflow, old == olds.end() ? nullptr : &*old,
                 now);
  }
}

}  // namespace

Pushed SqlDatabase::push(const Push& push, Instant now) {
  Transaction transaction(*driver_);
  Session& session = transaction.session();
  Pushed pushed;
  pushed.project = lock_project(session, push, now);
  pushed.revision = insert_revision(session, push, pushed.project.id, now);
  const std::vector<WorkflowId> ids = insert_workflows(session, push, pushed.revision);
  update_schedules(session, push, pushed.project.id, ids, now);
  commit_and_tell(transaction, {.schedules = true});
  return pushed;
}

}  // namespace mogura::store::sql
