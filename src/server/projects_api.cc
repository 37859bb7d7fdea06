// Projects, their revisions, archives, and what belongs to them (rest-api.md §6).
#include "server/lookups.h"
#include "server/models.h"
#include "server/push.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

constexpr std::int64_t kRevisionsPage = 100;

store::Project project_of(const Call& call) {
  return get_project(call, ProjectId{call.id("id")});
}

Value newest_model(const Call& call, const store::Project& project) {
  return project_model(project, get_revision(call, project, std::nullopt));
}

net::ServerResponse list_projects(const Call& call) {
  Array projects;
  if (const auto name = find_parameter(call, "name")) {
    if (const auto found = call.services.database.find_project(call.caller.site, *name)) {
      projects.push_back(newest_model(call, *found));
    }
  } else {
    const std::string pattern = find_parameter(call, "name_pattern").value_or("");
    const store::Page page{find_int32(call, "last_id").value_or(0), page_count(call)};
    for (const auto& [project, revision] :
         call.services.database.list_projects(call.caller.site, pattern, page)) {
      projects.push_back(project_model(project, revision));
    }
  }
  return json_reply(Object{{"projects", std::move(projects)}});
}

net::ServerResponse get_project_by_name(const Call& call) {
  return json_reply(newest_model(call, get_project(call, get_parameter(call, "name"))));
}

net::ServerResponse get_project_by_id(const Call& call) {
  return json_reply(newest_model(call, project_of(call)));
}

net::ServerResponse put_project(const Call& call) {
  const store::Pushed pushed = push_project(call);
  return json_reply(project_model(pushed.project, pushed.revision));
}

net::ServerResponse delete_project(const Call& call) {
  const store::Project project = project_of(call);
  const Value model = newest_model(call, project);
  const bool deleted = call.services.database.delete_project(call.caller.site, project.id,
                                                             call.services.clock.now());
  if (!deleted) return get_project_by_id(call);  // a 404: somebody else was faster
  return json_reply(model);
}

net::ServerResponse list_revisions(const Call& call) {
  const store::Project project = project_of(call);
  store::Projects& projects = call.services.database;
  Array revisions;
  if (const auto name = find_parameter(call, "name")) {
    if (const auto found = projects.find_revision(project.id, *name)) {
      revisions.push_back(revision_model(*found));
    }
  } else {
    store::Page page{find_int32(call, "last_id").value_or(0), kRevisionsPage, /*descending=*/true};
    if (const auto before = find_parameter(call, "before")) {
      page.after_id = get_revision(call, project, before).id.value;
    }
    for (const store::Revision& revision : projects.list_revisions(project.id, page)) {
      revisions.push_back(revision_model(revision));
    }
  }
  return json_reply(Object{{"revisions", std::move(revisions)}});
}

// The texts of rest-api.md §6.7; others name the revision.
RequestError no_archive(const store::Revision& revision, const blob::ArchiveProblem& problem) {
  using Kind = blob::ArchiveProblem::Kind;
  if (problem.kind == Kind::missing && revision.archive_type != "db") {
    return {404, "Archive file not found"};
  }
  if (problem.kind == Kind::missing || problem.kind == Kind::not_kept) {
    return {404, "Archive is not stored"};
  }
  return {500, problem.message};
}

net::ServerResponse get_archive(const Call& call) {
  const store::Project project = project_of(call);
  const store::Revision revision = get_revision(call, project, find_parameter(call, "revision"));
  auto archive = call.services.archives.read(revision);
  if (!archive) throw no_archive(revision, archive.error());
  return text_reply(*std::move(archive), kGzip);
}

net::ServerResponse list_project_workflows(const Call& call) {
  const store::Project project = project_of(call);
  const store::Revision revision = get_revision(call, project, find_parameter(call, "revision"));
  store::Projects& projects = call.services.database;
  Array workflows;
  if (const auto name = find_parameter(call, "name")) {
    if (const auto found = projects.find_workflow(revision.id, *name)) {
      workflows.push_back(workflow_model(project, revision, *found));
    }
  } else {
    for (const store::Workflow& workflow : projects.list_workflows(revision.id)) {
      workflows.push_back(workflow_model(project, revision, workflow));
    }
  }
  return json_reply(Object{{"workflows", std::move(workflows)}});
}

net::ServerResponse reply_with_workflow(const Call& call, const std::string& name) {
  const store::Project project = project_of(call);
  const store::Revision revision = get_revision(call, project, find_parameter(call, "revision"));
  return json_reply(workflow_model(project, revision, get_workflow(call, revision, name)));
}

net::ServerResponse get_project_workflow(const Call& call) {
  return reply_with_workflow(call, call.text("name"));
}

net::ServerResponse get_project_workflow_by_name(const Call& call) {
  return reply_with_workflow(call, get_parameter(call, "name"));
}

net::ServerResponse list_project_schedules(const Call& call) {
  const store::Project project = project_of(call);
  Array schedules;
  if (const auto workflow = find_parameter(call, "workflow")) {
    if (const auto found = call.services.database.find_schedule(project.id, *workflow)) {
      schedules.push_back(schedule_model(*found));
    }
  } else {
    const store::Page page{find_int32(call, "last_id").value_or(0)};
    for (const store::Schedule& schedule :
         call.services.database.list_schedules(call.caller.site, project.id, page)) {
      schedules.push_back(schedule_model(schedule));
    }
  }
  return json_reply(Object{{"schedules", std::move(schedules)}});
}

net::ServerResponse list_project_sessions(const Call& call) {
  const store::Page page{find_int64(call, "last_id").value_or(0),
                         page_size(call, call.services.settings.max_sessions_page_size),
                         /*descending=*/true};
  const store::Project project = project_of(call);
  const store::HistoryFilter filter{project.id, find_parameter(call, "workflow")};
  Array sessions;
  for (const store::SessionSummary& session :
       call.services.database.list_sessions(call.caller.site, filter, page)) {
    sessions.push_back(session_model(session));
  }
  return json_reply(Object{{"sessions", std::move(sessions)}});
}

const Parameter kName{"name", ParameterType::text, false, "Exactly this name"};
const Parameter kRequiredName{"name", ParameterType::text, true, "Exactly this name"};
const Parameter kRevision{"revision", ParameterType::text, false,
                          "The name of a revision; the newest one by default"};
const Parameter kWorkflow{"workflow", ParameterType::text, false, "Of the workflow of this name"};
const Parameter kLastId{"last_id", ParameterType::int32, false, "Only what comes after this id"};
const Parameter kLongLastId{"last_id", ParameterType::int64, false,
                            "Only what comes after this id"};

// The collection and its members.
std::vector<Route> routes_of_projects() {
  return {
      {.method = "GET",
       .path = "/api/projects",
       .permission = Permission::list_projects,
       .handler = list_projects,
       .summary = "Projects by id, or the one of a name",
       .query = {kName,
                 kLastId,
                 {"count", ParameterType::int32, false, "At most so many"},
                 {"name_pattern", ParameterType::text, false, "Part of the name"}},
       .result = "ProjectCollection"},
      {.method = "PUT",
       .path = "/api/projects",
       .permission = Permission::put_project,
       .handler = put_project,
       .summary = "Push a revision of a project: a gzip-compressed tar file",
       .query = {{"project", ParameterType::text, true, "The project's name"},
                 {"revision", ParameterType::text, true, "The new revision's name"},
                 {"schedule_from", ParameterType::instant, false, "When schedules start"},
                 {"clear_schedule", ParameterType::text, false,
                  "A workflow whose schedule forgets when it ran; repeatable"},
                 {"clear_schedule_all", ParameterType::boolean, false,
                  "All schedules forget when they ran"}},
       .body = kGzip,
       .result = "Project"},
      {.method = "GET",
       .path = "/api/project",
       .permission = Permission::get_project,
       .handler = get_project_by_name,
       .summary = "The project of a name",
       .query = {kRequiredName},
       .result = "Project"},
      {.method = "GET",
       .path = "/api/projects/{id:int32}",
       .permission = Permission::get_project,
       .handler = get_project_by_id,
       .summary = "A project",
       .result = "Project"},
      {.method = "DELETE",
       .path = "/api/projects/{id:int32}",
       .permission = Permission::delete_project,
       .handler = delete_project,
       .summary = "Delete a project; its sessions stay readable",
       .result = "Project"},
  };
}

// What a project has.
std::vector<Route> routes_inside_of_projects() {
  return {
      {.method = "GET",
       .path = "/api/projects/{id:int32}/revisions",
       .permission = Permission::get_project,
       .handler = list_revisions,
       .summary = "Revisions of a project, the newest ones first",
       .query = {kName,
                 kLastId,
                 {"before", ParameterType::text, false,
                  "Only what is older than the revision of this name"}},
       .result = "RevisionCollection"},
      {.method = "GET",
       .path = "/api/projects/{id:int32}/archive",
       .permission = Permission::get_project_archive,
       .handler = get_archive,
       .summary = "The archive of a revision, as it was pushed",
       .query = {kRevision,
                 {"direct_download", ParameterType::boolean, false,
                  "Whether a redirect to the storage will do"}},
       .result = kGzip},
      {.method = "GET",
       .path = "/api/projects/{id:int32}/workflows",
       .permission = Permission::list_workflows,
       .handler = list_project_workflows,
       .summary = "The workflows of a revision",
       .query = {kRevision, kName},
       .result = "WorkflowCollection"},
      {.method = "GET",
       .path = "/api/projects/{id:int32}/workflows/{name}",
       .permission = Permission::get_workflow,
       .handler = get_project_workflow,
       .summary = "A workflow of a revision",
       .query = {kRevision},
       .result = "Workflow"},
      {.method = "GET",
       .path = "/api/projects/{id:int32}/workflow",
       .permission = Permission::get_workflow,
       .handler = get_project_workflow_by_name,
       .summary = "A workflow of a revision",
       .query = {kRequiredName, kRevision},
       .result = "Workflow"},
      {.method = "GET",
       .path = "/api/projects/{id:int32}/schedules",
       .permission = Permission::list_schedules,
       .handler = list_project_schedules,
       .summary = "The schedules of a project, or the one of a workflow",
       .query = {kWorkflow, kLastId},
       .result = "ScheduleCollection"},
      {.method = "GET",
       .path = "/api/projects/{id:int32}/sessions",
       .permission = Permission::list_sessions,
       .handler = list_project_sessions,
       .summary = "The sessions of a project, the newest ones first",
       .query = {kWorkflow,
                 kLongLastId,
                 {"page_size", ParameterType::int32, false, "At most so many"}},
       .result = "SessionCollection"},
  };
}

}  // namespace

std::vector<Route> project_routes() {
  std::vector<Route> routes = routes_of_projects();
  for (Route& route : routes_inside_of_projects()) routes.push_back(std::move(route));
  return routes;
}

}  // namespace mogura::server
