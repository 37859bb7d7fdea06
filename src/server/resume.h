// Which results of an earlier attempt a new one takes over (rest-api.md §10.5, execution.md §5).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/attempt.h"
#include "server/request_error.h"
#include "store/history.h"

namespace mogura::server {

using ResumedTasks = std::map<std::string, engine::ResumedTask, std::less<>>;

/// Everything that succeeded. Throws 400 where the whole attempt did.
ResumedTasks resume_failed(const store::AttemptTasks& tasks);

/// Everything that comes before the one task whose full name ends with `pattern`. Throws 400 where
/// some of it did not succeed, and what workflow::find_task() throws.
ResumedTasks resume_from(const store::AttemptTasks& tasks, std::string_view pattern);

}  // namespace mogura::server
