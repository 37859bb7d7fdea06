// Starting and killing attempts (rest-api.md §10.5, §10.6).
#pragma once

#include "server/route.h"
#include "store/history.h"

namespace mogura::server {

/// What became of a start: the new attempt as it is when nothing of it has run, or the one that its
/// session has already.
struct StartedAttempt {
  store::AttemptSummary attempt;
  bool is_new = false;
};

/// From a request's body. Throws RequestError, and what is wrong with the workflow.
StartedAttempt start_attempt(const Call& call);

/// The attempt as it was before. Returns when the kill is stored. Throws 409 where nothing of the
/// attempt is unfinished.
store::AttemptSummary kill_attempt(const Call& call, AttemptId attempt);

/// Throws 400 where one more unfinished attempt would be too many.
void check_attempt_limit(const Call& call, std::int64_t more);

}  // namespace mogura::server
