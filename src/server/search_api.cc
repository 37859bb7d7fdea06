// Looking for sessions by time, state and parameters (store/search.h).
#include <charconv>

#include "calendar/time_zone.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"
#include "value/utf8.h"

namespace mogura::server {
namespace {

constexpr std::size_t kMaxParams = 10;

constexpr std::pair<std::string_view, store::SessionState> kStates[] = {
    {"running", store::SessionState::running},
    {"success", store::SessionState::success},
    {"error", store::SessionState::error},
    {"killed", store::SessionState::killed}};

std::optional<store::SessionState> state_parameter(const Call& call) {
  const auto text = find_parameter(call, "state");
  if (!text) return std::nullopt;
  for (const auto& [name, state] : kStates) {
    if (name == *text) return state;
  }
  throw bad_request("parameter 'state' must be running, success, error or killed: " + *text);
}

std::optional<Instant> time_parameter(const Call& call, std::string_view name) {
  const auto text = find_parameter(call, name);
  if (!text) return std::nullopt;
  const auto time = calendar::parse_instant(*text);
  if (!time) throw bad_request("parameter '" + std::string(name) + "' is no time: " + *text);
  return time;
}

// All `param=KEY=VALUE` of the query.
store::SearchableParams params_of(const Call& call) {
  store::SearchableParams params;
  for (const auto& [name, text] : call.request.target.query) {
    if (name != "param") continue;
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || text.contains('\0')) {
      throw bad_request("parameter 'param' must be KEY=VALUE: " + text);
    }
    params.emplace_back(value::valid_utf8(text.substr(0, equals)),
                        value::valid_utf8(text.substr(equals + 1)));
  }
  if (params.size() > kMaxParams) {
    throw bad_request("'param' must not be given more than " + std::to_string(kMaxParams) +
                      " times");
  }
  return params;
}

// "TIME.ID", as answers have it in `next`.
std::string text_of(const store::SearchPosition& position) {
  return std::to_string(position.session_time) + "." + std::to_string(position.session);
}

std::optional<store::SearchPosition> position_parameter(const Call& call) {
  const auto text = find_parameter(call, "after");
  if (!text) return std::nullopt;
  store::SearchPosition position;
  const char* const end = text->data() + text->size();
  const auto time = std::from_chars(text->data(), end, position.session_time);
  if (time.ec == std::errc() && time.ptr != end && *time.ptr == '.') {
    const auto id = std::from_chars(time.ptr + 1, end, position.session);
    if (id.ec == std::errc() && id.ptr == end) return position;
  }
  throw bad_request("parameter 'after' must be the \"next\" of an answer: " + *text);
}

net::ServerResponse search_sessions(const Call& call) {
  store::SessionSearch search;
  if (const auto project = find_parameter(call, "project")) {
    search.project = get_project(call, *project).id;
    search.workflow = find_parameter(call, "workflow");
  }
  search.from = time_parameter(call, "from");
  search.to = time_parameter(call, "to");
  search.state = state_parameter(call);
  search.params = params_of(call);
  const store::FoundSessions found = call.services.database.search_sessions(
      call.caller.site, search, position_parameter(call),
      page_size(call, call.services.settings.max_sessions_page_size));
  Array sessions;
  for (const store::SessionSummary& session : found.sessions) {
    sessions.push_back(session_model(session));
  }
  return json_reply(Object{{"sessions", std::move(sessions)},
                           {"next", found.next ? Value(text_of(*found.next)) : Value()}});
}

}  // namespace

std::vector<Route> search_routes() {
  return {{.method = "GET",
           .path = "/api/sessions/search",
           .permission = Permission::list_sessions,
           .handler = search_sessions,
           .summary = "Sessions that match, the latest session times first; where `next` is not "
                      "null, the search goes on with it as `after`",
           .query = {{"project", ParameterType::text, false, "The name of a project"},
                     {"workflow", ParameterType::text, false,
                      "The name of a workflow; only together with project"},
                     {"from", ParameterType::instant, false, "Session times from here"},
                     {"to", ParameterType::instant, false, "Session times before this"},
                     {"state",
                      ParameterType::text,
                      false,
                      "The state of the last attempt",
                      {"running", "success", "error", "killed"}},
                     {"param", ParameterType::text, false,
                      "KEY=VALUE, a parameter of the last attempt; repeatable"},
                     {"after", ParameterType::text, false, "The `next` of an earlier answer"},
                     {"page_size", ParameterType::int32, false, "At most so many"}},
           .result = "FoundSessionCollection"}};
}

}  // namespace mogura::server
