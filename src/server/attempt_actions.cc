#include "server/attempt_actions.h"

#include <algorithm>
#include <future>

#include "server/body.h"
#include "server/lookups.h"
#include "server/resume.h"
#include "value/utf8.h"

namespace mogura::server {
namespace {

constexpr std::size_t kMaxAttemptNameLength = 255;  // in UTF-16 units
// A kill that nobody has stored by then is answered with 503: its caller may try again.
constexpr std::chrono::seconds kMaxKillWait{10};

ResumedTasks resumed_tasks(const Call& call, const Members& resume) {
  const std::string mode = required(resume.find_text("mode"), "mode");
  if (mode != "failed" && mode != "from") throw bad_request("Unknown resume mode: " + mode);
  const AttemptId attempt{required(resume.find_id("attemptId"), "attemptId")};
  std::optional<std::string> pattern;
  if (mode == "from") pattern = required(resume.find_text("from"), "from");
  get_attempt(call, attempt);
  const store::AttemptTasks tasks = call.services.database.tasks_of(attempt);
  return pattern ? resume_from(tasks, *pattern) : resume_failed(tasks);
}

}  // namespace

executor::Workflow workflow_to_start(const store::WorkflowDetails& details) {
  const auto& [project, revision, workflow] = details;
  if (project.deleted_at) {
    throw RequestError(404, "Project id=" + std::to_string(project.id.value) +
                                " name=" + project.name + " is already deleted");
  }
  return {project.site,
          project.id,
          project.name,
          revision.name,
          revision.default_params,
          {workflow.name, workflow.timezone, workflow.config},
          workflow.id};
}

void check_attempt_name(const std::string& name) {
  const auto refuse = [&name](const std::string& problem) {
    throw bad_request("Validating attempt request failed\nretry attempt name " + problem + ": \"" +
                      name + "\"");
  };
  if (name.empty()) refuse("must not be blank");
  if (value::utf16_length(name) > kMaxAttemptNameLength) {
    refuse("must not be longer than 255 characters");
  }
}

store::AttemptSummary as_it_started(store::AttemptSummary attempt) {
  attempt.done = false;
  attempt.success = false;
  attempt.cancel_requested = false;
  attempt.finished_at.reset();
  return attempt;
}

StartedAttempt start_attempt(const Call& call) {
  const Members body = read_body(call);
  const WorkflowId workflow{required(body.find_id("workflowId"), "workflowId")};
  const Instant session_time = required(body.find_instant("sessionTime"), "sessionTime");
  executor::StartRequest request;
  request.params = required(body.find_object("params"), "params");
  request.retry_attempt_name = body.find_text("retryAttemptName");
  request.session_time = std::chrono::floor<std::chrono::seconds>(session_time);
  request.run_time = call.services.clock.now();
  if (request.retry_attempt_name) check_attempt_name(*request.retry_attempt_name);
  const std::optional<Object> resume = body.find_object("resume");

  request.workflow = workflow_to_start(get_workflow(call, workflow));
  if (resume) request.resumed = resumed_tasks(call, Members(*resume));
  return start_request(call, request);
}

StartedAttempt start_request(const Call& call, const executor::StartRequest& request) {
  const auto [state, is_new] = call.services.executor.start_attempt(request);
  store::AttemptSummary attempt = get_attempt(call, state.attempt);
  return {is_new ? as_it_started(std::move(attempt)) : std::move(attempt), is_new};
}

store::AttemptSummary kill_attempt(const Call& call, AttemptId id) {
  const store::AttemptSummary before = get_attempt(call, id);
  const RequestError nothing_to_kill = conflict("Session attempt already killed or finished");
  if (before.done) throw nothing_to_kill;
  if (call.services.database.tasks_of(id).tasks.empty()) throw nothing_to_kill;
  const auto stored = std::make_shared<std::promise<void>>();
  std::future<void> done = stored->get_future();
  call.services.executor.post(id, engine::Kill{}, std::nullopt, [stored] { stored->set_value(); });
  if (done.wait_for(kMaxKillWait) != std::future_status::ready) {
    throw RequestError(503, "The kill is not stored yet. Try again.");
  }
  // It may have ended first.
  if (!get_attempt(call, id).cancel_requested) throw nothing_to_kill;
  return before;
}

}  // namespace mogura::server
