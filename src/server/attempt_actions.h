// Starting and killing attempts (rest-api.md §10.5, §10.6).
#pragma once

#include "executor/attempt_start.h"
#include "server/route.h"
#include "store/database.h"

namespace mogura::server {

/// What became of a start: the new attempt as it is when nothing of it has run, or the one that its
/// session has already.
struct StartedAttempt {
  store::AttemptSummary attempt;
  bool is_new = false;
};

/// From a request's body. Throws RequestError, and what is wrong with the workflow.
StartedAttempt start_attempt(const Call& call);

StartedAttempt start_request(const Call& call, const executor::StartRequest& request);

/// A stored workflow, ready to start. Throws 404 where its project is deleted.
executor::Workflow workflow_to_start(const store::WorkflowDetails& details);

/// The attempt as it was before. Returns when the kill is stored. Throws 409 where nothing of the
/// attempt is unfinished.
store::AttemptSummary kill_attempt(const Call& call, AttemptId attempt);

/// Throws 400 for a name that no attempt may have.
void check_attempt_name(const std::string& name);

/// A new attempt as Digdag shows it: before anything of it has run.
store::AttemptSummary as_it_started(store::AttemptSummary attempt);

}  // namespace mogura::server
