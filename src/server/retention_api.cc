// How much of a project's history is kept (docs/configuration.md, `retention.*`).
#include "calendar/duration.h"
#include "scheduler/retention.h"
#include "server/body.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

net::ServerResponse reply_with_retention(const Call& call, const store::Project& project) {
  const auto own = call.services.database.find_retention(project.id);
  return json_reply(
      retention_model(project, own.value_or(call.services.settings.retention), own.has_value()));
}

net::ServerResponse get_retention(const Call& call) {
  return reply_with_retention(call, get_project(call, ProjectId{call.id("id")}));
}

std::optional<std::chrono::seconds> max_age_from(const std::optional<std::string>& text,
                                                 std::string_view name) {
  if (!text) return std::nullopt;
  try {
    return scheduler::parse_max_age(*text, name);
  } catch (const ConfigError& error) {
    throw bad_request(error.message());
  }
}

std::optional<std::int64_t> max_sessions_from(std::optional<std::int32_t> number,
                                              std::string_view name) {
  if (number && *number < 1) {
    throw bad_request("parameter '" + std::string(name) + "' must be at least 1");
  }
  return number;
}

net::ServerResponse put_retention(const Call& call) {
  const store::Project project = get_project(call, ProjectId{call.id("id")});
  const Members body = read_body(call);
  const store::RetentionPolicy own{max_age_from(body.find_text("maxAge"), "maxAge"),
                                   max_sessions_from(body.find_int("maxSessions"), "maxSessions")};
  call.services.database.set_retention(project.id, own);
  return reply_with_retention(call, project);
}

net::ServerResponse delete_retention(const Call& call) {
  const store::Project project = get_project(call, ProjectId{call.id("id")});
  call.services.database.set_retention(project.id, std::nullopt);
  return reply_with_retention(call, project);
}

// Of the policy in the query, or of the project's.
net::ServerResponse list_expired(const Call& call) {
  const store::Page page{find_int64(call, "last_id").value_or(0),
                         page_size(call, call.services.settings.max_sessions_page_size)};
  const store::Project project = get_project(call, ProjectId{call.id("id")});
  store::Database& database = call.services.database;
  store::RetentionPolicy policy{
      max_age_from(find_parameter(call, "max_age"), "max_age"),
      max_sessions_from(find_int32(call, "max_sessions"), "max_sessions")};
  if (policy.keeps_all()) {
    policy = database.find_retention(project.id).value_or(call.services.settings.retention);
  }
  Array sessions;
  if (!policy.keeps_all()) {
    for (const SessionId id :
         database.list_expired(project.id, policy, call.services.clock.now(), page)) {
      const auto session = database.find_session(call.caller.site, id);
      if (session) sessions.push_back(session_model(*session));
    }
  }
  return json_reply(Object{{"sessions", std::move(sessions)}});
}

}  // namespace

std::vector<Route> retention_routes() {
  constexpr std::string_view kPath = "/api/projects/{id:int32}/retention";
  return {
      {.method = "GET",
       .path = kPath,
       .permission = Permission::get_project,
       .handler = get_retention,
       .summary = "How much of a project's history is kept",
       .result = "Retention"},
      {.method = "PUT",
       .path = kPath,
       .permission = Permission::set_retention,
       .handler = put_retention,
       .summary = "Keep so much of a project's history, whatever the server's settings say",
       .body = "RetentionRequest",
       .result = "Retention"},
      {.method = "DELETE",
       .path = kPath,
       .permission = Permission::set_retention,
       .handler = delete_retention,
       .summary = "Keep as much of a project's history as the server's settings say",
       .result = "Retention"},
      {.method = "GET",
       .path = "/api/projects/{id:int32}/retention/expired",
       .permission = Permission::list_sessions,
       .handler = list_expired,
       .summary = "The sessions of a project that are to be deleted, the oldest ones first",
       .query = {{"max_age", ParameterType::text, false,
                  "As if sessions were kept for this time, such as 90d"},
                 {"max_sessions", ParameterType::int32, false,
                  "As if so many of the newest sessions were kept"},
                 {"last_id", ParameterType::int64, false, "Only what comes after this id"},
                 {"page_size", ParameterType::int32, false, "At most so many"}},
       .result = "SessionCollection"},
  };
}

}  // namespace mogura::server
