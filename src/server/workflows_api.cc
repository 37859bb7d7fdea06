// Workflow definitions (rest-api.md §7).
#include "scheduler/schedule_rules.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

net::ServerResponse list_workflows(const Call& call) {
  const std::string order = find_parameter(call, "order").value_or("asc");
  if (order != "asc" && order != "desc") {
    throw bad_request("parameter 'order' must be either 'asc' or 'desc'");
  }
  const store::Page page{find_int64(call, "last_id").value_or(0), page_count(call),
                         order == "desc"};
  const store::Projects::WorkflowFilter filter{find_parameter(call, "name_pattern").value_or(""),
                                               is_true(call, "search_project_name")};
  Array workflows;
  for (const auto& [project, revision, workflow] :
       call.services.database.list_workflows(call.caller.site, filter, page)) {
    workflows.push_back(workflow_model(project, revision, workflow));
  }
  return json_reply(Object{{"workflows", std::move(workflows)}});
}

net::ServerResponse get_workflow_by_names(const Call& call) {
  const std::string project_name = get_parameter(call, "project");
  const std::string name = get_parameter(call, "name");
  const store::Project project = get_project(call, project_name);
  const store::Revision revision = get_revision(call, project, find_parameter(call, "revision"));
  return json_reply(workflow_model(project, revision, get_workflow(call, revision, name)));
}

net::ServerResponse get_workflow_by_id(const Call& call) {
  const auto [project, revision, workflow] = get_workflow(call, WorkflowId{call.id("id")});
  return json_reply(workflow_model(project, revision, workflow));
}

calendar::TimeZone zone_of_workflow(const store::Workflow& workflow) {
  const auto zone = calendar::TimeZone::find(workflow.timezone);
  if (!zone) throw ConfigError("Unknown time-zone ID: " + workflow.timezone);
  return *zone;
}

// An instant, or a local time of the zone; what is neither is an empty 404.
Instant session_time_from(const std::string& text, const calendar::TimeZone& zone) {
  if (const auto instant = calendar::parse_instant(text)) return *instant;
  if (const auto local = calendar::parse_iso_local_time(text)) return zone.to_instant(*local);
  throw unparsable();
}

scheduler::Truncation truncation_from(const std::optional<std::string>& mode) {
  if (!mode) return scheduler::Truncation::none;
  const auto found = scheduler::find_truncation(*mode);
  if (!found) throw unparsable();
  return *found;
}

net::ServerResponse truncate_session_time(const Call& call) {
  const auto text = find_parameter(call, "session_time");
  if (!text) throw bad_request("session_time= is required");
  const auto [project, revision, workflow] = get_workflow(call, WorkflowId{call.id("id")});
  const calendar::TimeZone zone = zone_of_workflow(workflow);
  const Instant time = scheduler::truncate_session_time(
      session_time_from(*text, zone), truncation_from(find_parameter(call, "mode")), zone,
      scheduler::find_schedule(workflow.config, workflow.timezone));
  return json_reply(Object{{"project", id_and_name(project.id.value, project.name)},
                           {"revision", revision.name},
                           {"sessionTime", calendar::iso_time(time, zone)},
                           {"timezone", workflow.timezone}});
}

}  // namespace

std::vector<Route> workflow_routes() {
  return {
      {.method = "GET",
       .path = "/api/workflows",
       .permission = Permission::list_workflows,
       .handler = list_workflows,
       .summary = "The workflows of the newest revisions of all projects",
       .query = {{"last_id", ParameterType::int64, false, "Only what comes after this id"},
                 {"count", ParameterType::int32, false, "At most so many"},
                 {"order", ParameterType::text, false, "By id", {"asc", "desc"}},
                 {"name_pattern", ParameterType::text, false, "Part of the workflow's name"},
                 {"search_project_name", ParameterType::boolean, false,
                  "`name_pattern` may be part of the project's name, too"}},
       .result = "WorkflowCollection"},
      {.method = "GET",
       .path = "/api/workflow",
       .permission = Permission::get_workflow,
       .handler = get_workflow_by_names,
       .summary = "The workflow of a name",
       .query = {{"project", ParameterType::text, true, "The project's name"},
                 {"name", ParameterType::text, true, "The workflow's name"},
                 {"revision", ParameterType::text, false,
                  "The name of a revision; the newest one by default"}},
       .result = "Workflow"},
      {.method = "GET",
       .path = "/api/workflows/{id:int64}",
       .permission = Permission::get_workflow,
       .handler = get_workflow_by_id,
       .summary = "A workflow of one revision",
       .result = "Workflow"},
      {.method = "GET",
       .path = "/api/workflows/{id:int64}/truncated_session_time",
       .permission = Permission::get_workflow,
       .handler = truncate_session_time,
       .summary = "A session time of a workflow, cut off",
       .query = {{"session_time", ParameterType::local_time_or_instant, true, "The time"},
                 {"mode",
                  ParameterType::text,
                  false,
                  "What it is cut off to",
                  {"hour", "day", "schedule", "next_schedule"}}},
       .result = "WorkflowSessionTime"},
  };
}

}  // namespace mogura::server
