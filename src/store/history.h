// Sessions and attempts as their readers see them (rest-api.md §5, §9, §10).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/attempt.h"
#include "store/projects.h"
#include "store/store.h"

namespace mogura::store {

/// An attempt without its tasks.
struct AttemptSummary {
  AttemptInfo info;
  std::int64_t index = 0;  // among the session's, from 1
  Object params;
  bool done = false;
  bool success = false;
  bool cancel_requested = false;
  std::optional<Instant> finished_at;
  bool waits = false;  // for its turn: NewAttempt::starts_after
};

struct SessionSummary {
  SessionId id;
  AttemptSummary last_attempt;
};

/// A task's id is unique in the store and ascends within its attempt.
struct TaskSummary {
  std::int64_t id = 0;
  engine::TaskIndex position = 0;
  engine::Task task;
};

struct AttemptTasks {
  std::vector<TaskSummary>
      tasks;  // by id; a later round of a retried group comes after the earlier
  /// What the tasks' `waits_for` names, by position: as engine::Attempt has it.
  std::vector<std::vector<engine::TaskIndex>> barriers;
};

/// What a list of attempts or sessions is about.
struct HistoryFilter {
  std::optional<ProjectId> project;
  std::optional<std::string> workflow;  // with `project` only
  bool all_attempts = false;            // not only the last one of each session
};

class History {
 public:
  virtual ~History() = default;

  /// Newest first, of the whole site, also of deleted projects.
  virtual std::vector<SessionSummary> list_sessions(SiteId site, const HistoryFilter& filter,
                                                    const Page& page) = 0;
  virtual std::optional<SessionSummary> find_session(SiteId site, SessionId session) = 0;

  /// Newest first, as list_sessions().
  virtual std::vector<AttemptSummary> list_attempts(SiteId site, const HistoryFilter& filter,
                                                    const Page& page) = 0;
  virtual std::vector<AttemptSummary> attempts_of(SiteId site, SessionId session,
                                                  const Page& page) = 0;
  virtual std::optional<AttemptSummary> find_attempt_summary(SiteId site, AttemptId attempt) = 0;
  /// Empty for an attempt that is not there, and for one that waits for its turn.
  virtual AttemptTasks tasks_of(AttemptId attempt) = 0;
  /// Whether the last attempt of some session of the workflow is neither done nor being canceled
  /// (`skip_on_overtime`, execution.md §14.4).
  virtual bool has_running(ProjectId project, const std::string& workflow) = 0;
  /// The session of the workflow that ran last before this time (`last_executed_session_time`).
  virtual std::optional<Instant> last_session_before(ProjectId project, const std::string& workflow,
                                                     Instant session_time) = 0;
};

}  // namespace mogura::store
