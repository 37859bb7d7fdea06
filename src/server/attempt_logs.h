// The logs of an attempt, as the log store names them.
#pragma once

#include "blob/log_names.h"
#include "store/store.h"

namespace mogura::server {

inline blob::AttemptLogs logs_of(const store::AttemptInfo& info) {
  return {info.site,       info.project,      info.workflow_name, info.id,
          info.created_at, info.session_time, info.timezone,      info.retry_attempt_name};
}

}  // namespace mogura::server
