// Looking for sessions by time, state and parameters (`mogura sessions --from … --param k=v`).
#pragma once

#include "cli/client/server_api.h"
#include "cli/options.h"

namespace mogura::cli {

/// What says which sessions; known only to the program called mogura.
OptionTable session_search_options();
/// Whether one of them is given.
bool is_session_search(const Arguments& arguments);

/// The object of the server's answers: all that was found, at most `--page-size` (100), in
/// `sessions`, and in `next` where to go on. Throws UsageError for times and states that are none.
Value search_sessions(const ServerApi& server, const Arguments& arguments);

}  // namespace mogura::cli
