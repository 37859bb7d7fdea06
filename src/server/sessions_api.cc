// Sessions (rest-api.md §9).
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

net::ServerResponse list_sessions(const Call& call) {
  const store::Page page{find_int64(call, "last_id").value_or(0),
                         page_size(call, call.services.settings.max_sessions_page_size),
                         /*descending=*/true};
  Array sessions;
  for (const store::SessionSummary& session :
       call.services.database.list_sessions(call.caller.site, {}, page)) {
    sessions.push_back(session_model(session));
  }
  return json_reply(Object{{"sessions", std::move(sessions)}});
}

net::ServerResponse get_session_by_id(const Call& call) {
  return json_reply(session_model(get_session(call, SessionId{call.id("id")})));
}

net::ServerResponse list_attempts_of_session(const Call& call) {
  const store::Page page{find_int64(call, "last_id").value_or(0),
                         page_size(call, call.services.settings.max_attempts_page_size),
                         /*descending=*/true};
  const store::SessionSummary session = get_session(call, SessionId{call.id("id")});
  Array attempts;
  for (const store::AttemptSummary& attempt :
       call.services.database.attempts_of(call.caller.site, session.id, page)) {
    attempts.push_back(attempt_model(attempt));
  }
  return json_reply(Object{{"attempts", std::move(attempts)}});
}

const std::vector<Parameter> kSessionPages{
    {"last_id", ParameterType::int64, false, "Only what is older than this id"},
    {"page_size", ParameterType::int32, false, "At most so many"}};

}  // namespace

std::vector<Route> session_routes() {
  return {
      {.method = "GET",
       .path = "/api/sessions",
       .permission = Permission::list_sessions,
       .handler = list_sessions,
       .summary = "Sessions, the newest ones first",
       .query = kSessionPages,
       .result = "SessionCollection"},
      {.method = "GET",
       .path = "/api/sessions/{id:int64}",
       .permission = Permission::get_session,
       .handler = get_session_by_id,
       .summary = "A session",
       .result = "Session"},
      {.method = "GET",
       .path = "/api/sessions/{id:int64}/attempts",
       .permission = Permission::get_attempts_from_session,
       .handler = list_attempts_of_session,
       .summary = "All attempts of a session, the newest ones first",
       .query = kSessionPages,
       .result = "AttemptCollection"},
  };
}

}  // namespace mogura::server
