// Attempts and their tasks (rest-api.md §10).
#include "server/attempt_actions.h"
#include "server/live_feeds.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

// Attempts of one session that are shown at once.
constexpr std::int64_t kMaxRetries = 10'000;

net::ServerResponse reply_with_attempts(const std::vector<store::AttemptSummary>& found) {
  Array attempts;
  for (const store::AttemptSummary& attempt : found) attempts.push_back(attempt_model(attempt));
  return json_reply(Object{{"attempts", std::move(attempts)}});
}

net::ServerResponse list_attempts(const Call& call) {
  const store::Page page{find_int64(call, "last_id").value_or(0),
                         page_size(call, call.services.settings.max_attempts_page_size),
                         /*descending=*/true};
  store::HistoryFilter filter;
  filter.all_attempts = is_true(call, "include_retried");
  if (const auto project = find_parameter(call, "project")) {
    filter.project = get_project(call, *project).id;
    filter.workflow = find_parameter(call, "workflow");
  }
  return reply_with_attempts(call.services.database.list_attempts(call.caller.site, filter, page));
}

// Who learns that an attempt is done finds all of its logs in their place.
net::ServerResponse get_attempt_by_id(const Call& call) {
  const store::AttemptSummary attempt = get_attempt(call, AttemptId{call.id("id")});
  if (attempt.done) call.services.logs.flush(attempt.info.id);
  return json_reply(attempt_model(attempt));
}

net::ServerResponse list_retries(const Call& call) {
  const store::AttemptSummary attempt = get_attempt(call, AttemptId{call.id("id")});
  return reply_with_attempts(call.services.database.attempts_of(
      call.caller.site, attempt.info.session, {0, kMaxRetries, /*descending=*/false}));
}

net::ServerResponse list_tasks(const Call& call) {
  const store::AttemptInfo info = get_attempt(call, AttemptId{call.id("id")}).info;
  return json_reply(Object{{"tasks", task_models(call.services.database.tasks_of(info.id),
                                                 call.services.vault.mask(info.project))}});
}

net::ServerResponse put_attempt(const Call& call) {
  const auto [attempt, is_new] = start_attempt(call);
  return json_reply(attempt_model(attempt), is_new ? 200 : 409);
}

net::ServerResponse post_kill(const Call& call) {
  return json_reply(attempt_model(kill_attempt(call, AttemptId{call.id("id")})));
}

net::ServerResponse watch_attempt(const Call& call) {
  const AttemptId id = get_attempt(call, AttemptId{call.id("id")}).info.id;
  return call.services.live.reply_with(attempt_feed(call.services, call.caller.site, id));
}

// Deprecated by Digdag, for its administrators (rest-api.md §12.3).
net::ServerResponse get_user_info(const Call& call) {
  const store::AttemptSummary attempt = get_attempt(call, AttemptId{call.id("id")});
  if (!attempt.info.workflow) throw RequestError(404);
  return json_reply(get_workflow(call, *attempt.info.workflow).revision.user_info);
}

// What changes nothing.
std::vector<Route> reading_attempt_routes() {
  return {
      {.method = "GET",
       .path = "/api/attempts",
       .permission = Permission::list_sessions,
       .handler = list_attempts,
       .summary = "Attempts, the newest ones first",
       .query = {{"project", ParameterType::text, false, "Of the project of this name"},
                 {"workflow", ParameterType::text, false,
                  "Of the workflow of this name; with `project` only"},
                 {"include_retried", ParameterType::boolean, false,
                  "Not only the last attempt of each session"},
                 {"last_id", ParameterType::int64, false, "Only what is older than this id"},
                 {"page_size", ParameterType::int32, false, "At most so many"}},
       .result = "AttemptCollection"},
      {.method = "GET",
       .path = "/api/attempts/{id:int64}",
       .permission = Permission::get_attempt,
       .handler = get_attempt_by_id,
       .summary = "An attempt",
       .result = "Attempt"},
      {.method = "GET",
       .path = "/api/attempts/{id:int64}/retries",
       .permission = Permission::get_attempts_from_session,
       .handler = list_retries,
       .summary = "All attempts of the attempt's session, the oldest ones first",
       .result = "AttemptCollection"},
      {.method = "GET",
       .path = "/api/attempts/{id:int64}/tasks",
       .permission = Permission::get_tasks_from_attempt,
       .handler = list_tasks,
       .summary = "The tasks of an attempt",
       .result = "TaskCollection"},
      {.method = "GET",
       .path = "/api/attempts/{id:int64}/events",
       .permission = Permission::get_tasks_from_attempt,
       .handler = watch_attempt,
       .summary = "The states of an attempt and of its tasks as they change",
       .result = kEventStream},
      {.method = "GET",
       .path = "/api/admin/attempts/{id:int64}/userinfo",
       .permission = Permission::admin,
       .handler = get_user_info,
       .summary = "Who pushed the revision that an attempt runs",
       .result = "UserInfo"},
  };
}

}  // namespace

std::vector<Route> attempt_routes() {
  std::vector<Route> routes = reading_attempt_routes();
  routes.push_back({.method = "PUT",
                    .path = "/api/attempts",
                    .permission = Permission::run_workflow,
                    .handler = put_attempt,
                    .summary = "Start an attempt of a workflow, anew or to resume another one",
                    .body = "AttemptRequest",
                    .result = "Attempt"});
  routes.push_back({.method = "POST",
                    .path = "/api/attempts/{id:int64}/kill",
                    .permission = Permission::kill_attempt,
                    .handler = post_kill,
                    .summary = "Cancel what is unfinished of an attempt",
                    .body = "Empty",
                    .result = "Attempt"});
  return routes;
}

}  // namespace mogura::server
