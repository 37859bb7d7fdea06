// What can be watched while it happens: an attempt's states and its logs. Both end when the attempt
// is done and everything has been sent.
#pragma once

#include <memory>
#include <string>

#include "server/live_streams.h"
#include "server/services.h"

namespace mogura::server {

/// `event: task` for each task as it is and as it changes, `event: attempt` likewise; both carry
/// the models of rest-api.md §5. The last one is the attempt that is done.
std::shared_ptr<LiveFeed> attempt_feed(const Services& services, SiteId site, AttemptId attempt);

/// `event: log` with `{"task":…,"file":…,"text":…}`, whole lines, for the files whose names begin
/// with `prefix`; then `event: end` with the attempt.
std::shared_ptr<LiveFeed> log_feed(const Services& services, SiteId site, AttemptId attempt,
                                   std::string prefix);

}  // namespace mogura::server
