// Many attempts at once. Each has its own outcome: what is wrong with one does not stop the others.
#include "server/attempt_actions.h"
#include "server/body.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/reply.h"
#include "server/resume.h"
#include "server/routes.h"
#include "store/uuid.h"
#include "value/merge.h"

namespace mogura::server {
namespace {

constexpr std::size_t kMaxBulkAttempts = 1'000;

std::vector<AttemptId> attempts_of(const Members& body) {
  std::vector<AttemptId> attempts;
  for (const std::int64_t id : required(body.find_ids("attemptIds"), "attemptIds")) {
    attempts.push_back(AttemptId{id});
  }
  if (attempts.size() > kMaxBulkAttempts) {
    throw bad_request("\"attemptIds\" must not be more than " + std::to_string(kMaxBulkAttempts));
  }
  return attempts;
}

Object outcome_model(AttemptId id, int status, Value message, Value attempt) {
  return {{"attemptId", std::to_string(id.value)},
          {"status", status},
          {"message", std::move(message)},
          {"attempt", std::move(attempt)}};
}

// The status and message of the answer that the error would have been alone.
Object failure_model(AttemptId id, const Error& error) {
  const int status = reply_to(error).status;
  return outcome_model(id, status, status < 500 ? Value(error.message()) : Value(), {});
}

template <class Action>
net::ServerResponse for_each_attempt(const std::vector<AttemptId>& attempts, const Action& action) {
  Array outcomes;
  for (const AttemptId id : attempts) {
    try {
      outcomes.push_back(action(id));
    } catch (const Error& error) {
      outcomes.push_back(failure_model(id, error));
    }
  }
  return json_reply(Object{{"outcomes", std::move(outcomes)}});
}

net::ServerResponse post_bulk_kill(const Call& call) {
  return for_each_attempt(attempts_of(read_body(call)), [&](AttemptId id) {
    return outcome_model(id, 200, {}, attempt_model(kill_attempt(call, id)));
  });
}

// The workflow of the attempt: its very definition, or the newest one of that name.
store::WorkflowDetails workflow_to_retry(const Call& call, const store::AttemptInfo& info,
                                         bool latest_revision) {
  if (!latest_revision) {
    if (!info.workflow) throw not_found("workflow of attempt id=" + std::to_string(info.id.value));
    return get_workflow(call, *info.workflow);
  }
  const store::Project project = get_project(call, info.project);
  const store::Revision revision = get_revision(call, project, std::nullopt);
  return {project, revision, get_workflow(call, revision, info.workflow_name)};
}

net::ServerResponse post_bulk_retry(const Call& call) {
  const Members body = read_body(call);
  const auto name = body.find_text("retryAttemptName");
  if (name) check_attempt_name(*name);
  const bool resumes = body.find_boolean("resume").value_or(false);
  const bool latest_revision = body.find_boolean("latestRevision").value_or(false);
  const Object params = body.find_object("params").value_or(Object());
  return for_each_attempt(attempts_of(body), [&](AttemptId id) {
    const store::AttemptSummary old = get_attempt(call, id);
    executor::StartRequest request;
    request.workflow = workflow_to_start(workflow_to_retry(call, old.info, latest_revision));
    request.session_time = old.info.session_time;
    request.run_time = call.services.clock.now();
    request.retry_attempt_name = name ? *name : store::new_uuid();
    request.params = old.params;
    value::deep_merge(request.params, params);
    if (resumes) request.resumed = resume_failed(call.services.database.tasks_of(id));
    const auto [attempt, is_new] = start_request(call, request);
    if (is_new) return outcome_model(id, 200, {}, attempt_model(attempt));
    return outcome_model(id, 409, "Session already exists", attempt_model(attempt));
  });
}

}  // namespace

std::vector<Route> bulk_routes() {
  return {
      {.method = "POST",
       .path = "/api/attempts/kill",
       .permission = Permission::kill_attempt,
       .handler = post_bulk_kill,
       .summary = "Cancel what is unfinished of many attempts",
       .body = "BulkKillRequest",
       .result = "BulkOutcomeCollection"},
      {.method = "POST",
       .path = "/api/attempts/retry",
       .permission = Permission::run_workflow,
       .handler = post_bulk_retry,
       .summary = "Start many sessions again, from the beginning or from what had failed",
       .body = "BulkRetryRequest",
       .result = "BulkOutcomeCollection"},
  };
}

}  // namespace mogura::server
