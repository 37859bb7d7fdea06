#include "server/lookups.h"

#include "calendar/time_zone.h"

namespace mogura::server {
namespace {

template <class Found>
Found found_or(std::optional<Found> found, const std::string& what) {
  if (!found) throw not_found(what);
  return std::move(*found);
}

template <class Id>
std::string with_id(const std::string& kind, Id id) {
  return kind + " id=" + std::to_string(id.value);
}

}  // namespace

store::Project get_project(const Call& call, ProjectId id) {
  store::Project project =
      found_or(call.services.database.find_project(call.caller.site, id), with_id("project", id));
  if (project.deleted_at) {
    throw RequestError(404, with_id("Project", id) + " is already deleted at " +
                                calendar::utc_iso(*project.deleted_at));
  }
  return project;
}

store::Project get_project(const Call& call, const std::string& name) {
  return found_or(call.services.database.find_project(call.caller.site, name),
                  "project name=" + name);
}

store::Revision get_revision(const Call& call, const store::Project& project,
                             const std::optional<std::string>& name) {
  const std::string where = " in " + with_id("project", project.id);
  if (!name) {
    return found_or(call.services.database.newest_revision(project.id), "revision" + where);
  }
  return found_or(call.services.database.find_revision(project.id, *name),
                  "revision name=" + *name + where);
}

store::Workflow get_workflow(const Call& call, const store::Revision& revision,
                             const std::string& name) {
  return found_or(call.services.database.find_workflow(revision.id, name),
                  "workflow name=" + name + " in " + with_id("revision", revision.id));
}

store::WorkflowDetails get_workflow(const Call& call, WorkflowId id) {
  return found_or(call.services.database.find_workflow(call.caller.site, id),
                  with_id("workflow", id));
}

store::Schedule get_schedule(const Call& call, ScheduleId id) {
  return found_or(call.services.database.find_schedule(call.caller.site, id),
                  with_id("schedule", id));
}

store::SessionSummary get_session(const Call& call, SessionId id) {
  return found_or(call.services.database.find_session(call.caller.site, id),
                  with_id("session", id));
}

store::AttemptSummary get_attempt(const Call& call, AttemptId id) {
  return found_or(call.services.database.find_attempt_summary(call.caller.site, id),
                  with_id("session attempt", id));
}

}  // namespace mogura::server
