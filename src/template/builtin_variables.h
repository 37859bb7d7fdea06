// The variables that every task sees (language.md §12).
#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "calendar/time_zone.h"
#include "value/value.h"

namespace mogura::tmpl {

struct SessionFacts {
  ProjectId project;
  SessionId session;
  AttemptId attempt;
  std::string session_uuid;
  Instant session_time;
  calendar::TimeZone zone;
  std::optional<std::string> retry_attempt_name;
};

/// All of them but `task_name`, in Digdag's order. `params` are the task's parameters, from which
/// the times of other sessions come.
Object builtin_variables(const SessionFacts& facts, const Object& params);

/// Whether builtin_variables() is the same for both.
bool same_other_sessions(const Object& a, const Object& b);

}  // namespace mogura::tmpl
