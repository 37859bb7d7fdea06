// Waiting for the end of an attempt on a server, its tasks on the terminal meanwhile: `--wait`.
#pragma once

#include <string>

#include "cli/client/server_api.h"
#include "engine/attempt.h"

namespace mogura::cli {

/// The attempt that a server's list of tasks describes, as far as the live tree shows it. Tasks in
/// states that nobody knows wait. Throws RuntimeError for an answer that is no list of tasks.
engine::Attempt attempt_from(const Value& answer);

/// Returns when the attempt is done: with what became of it, printed as text or JSON, and the exit
/// status that goes with it.
int wait_for_attempt(const Invocation& invocation, const ServerApi& server,
                     const std::string& attempt);

}  // namespace mogura::cli
