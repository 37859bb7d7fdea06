// From a workflow's definition to an attempt that can be stored (execution.md §4).
#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "engine/apply.h"
#include "store/store.h"
#include "workflow/definition.h"

namespace mogura::executor {

/// A workflow of a project's revision, ready to start.
struct Workflow {
  SiteId site;
  ProjectId project;
  std::string project_name;
  std::string revision;
  Object revision_params;
  workflow::Definition definition;
  std::optional<WorkflowId> id;  // of the stored definition, where there is one
};

struct StartRequest {
  Workflow workflow;
  /// What runs in place of the whole definition: part of its tasks.
  std::optional<workflow::TaskTree> subtree;
  Instant session_time;
  Instant run_time;
  Object params;
  /// The parameter of that name (execution.md §4.1), of scheduled and backfilled sessions.
  std::optional<Instant> last_executed_session_time = std::nullopt;
  std::optional<std::string> retry_attempt_name;
  std::map<std::string, engine::ResumedTask, std::less<>> resumed;
};

struct StartLimits {
  Object default_params;  // of the server
  std::int64_t max_tasks = 1000;
  /// Unfinished attempts of a site; absent: as many as come, their tasks wait for agents.
  std::optional<std::int64_t> max_running_attempts = std::nullopt;
};

/// `executor.attempt_ttl` and `executor.task_ttl` (execution.md §13); absent: no end.
struct TimeToLive {
  std::optional<Duration> attempt;
  std::optional<Duration> task;
};

/// The attempt with what it has to run first. Throws ConfigError for what the workflow's schedule,
/// SLA or tasks have wrong, Error of kind "task limit exceeded".
struct Prepared {
  store::NewAttempt attempt;
  engine::Changes changes;
};
Prepared prepare_attempt(const StartRequest& request, const store::AttemptIds& ids,
                         const StartLimits& limits, Instant now);

}  // namespace mogura::executor
