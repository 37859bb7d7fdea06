// What of a project's history is given up, and when (docs/configuration.md, `retention.*`).
//
// A session goes whole, with all its attempts, and is gone at once. What the attempts leave behind
// - tasks, logs - is noted in the same transaction and cleared away later, portion by portion;
// whoever is cut off in the middle, or does the same as another server, does no harm.
//
//   given up:  sessions that ended before now - max_age, or have max_sessions newer ones
//   kept:      what is not done or has entries in the queue; the latest session of each workflow
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/projects.h"
#include "store/store.h"

namespace mogura::store {

/// How much of a project's history is kept; absent: all of it.
struct RetentionPolicy {
  std::optional<std::chrono::seconds> max_age;  // since the session's last attempt ended
  std::optional<std::int64_t> max_sessions;     // the newest so many; at least 1

  bool keeps_all() const { return !max_age && !max_sessions; }
  bool operator==(const RetentionPolicy&) const = default;
};

struct ProjectRetention {
  ProjectId project;
  std::string name;
  std::optional<RetentionPolicy> own;  // absent: the server's
};

/// A part of what a project has, looked through from the oldest on.
struct DroppedPart {
  std::size_t dropped = 0;   // sessions or revisions
  std::size_t attempts = 0;  // of the sessions
  /// Where to go on: the id after which nobody has looked; absent: nothing is left to give up.
  std::optional<std::int64_t> next;
};

class Retention {
 public:
  virtual ~Retention() = default;

  /// All projects of all sites, deleted ones as well, by id.
  virtual std::vector<ProjectRetention> list_retention(const Page& page) = 0;
  virtual std::optional<RetentionPolicy> find_retention(ProjectId project) = 0;
  /// Absent: the server's from now on.
  virtual void set_retention(ProjectId project, const std::optional<RetentionPolicy>& own) = 0;

  /// The sessions that drop_sessions() would give up, at most `page.size`, the oldest first.
  virtual std::vector<SessionId> list_expired(ProjectId project, const RetentionPolicy& policy,
                                              Instant now, const Page& page) = 0;
  /// Looks at the `max` sessions behind the id `after` and gives up those that are to go.
  virtual DroppedPart drop_sessions(ProjectId project, const RetentionPolicy& policy, Instant now,
                                    std::int64_t after, std::size_t max) = 0;
  /// The same for revisions with their workflows and archives: those made before `until` that are
  /// neither the newest one of a project that was not deleted by then nor named by an attempt.
  virtual DroppedPart drop_revisions(ProjectId project, Instant until, std::int64_t after,
                                     std::size_t max) = 0;

  /// Attempts that were given up and left something behind: what their logs are called after.
  virtual std::vector<AttemptInfo> dropped_attempts(std::size_t max) = 0;
  /// Clears away what they left behind in the database, about `max_rows` rows of it, and forgets
  /// those that have nothing left: so many, from the first one on.
  virtual std::size_t clear_dropped(std::span<const AttemptInfo> attempts,
                                    std::size_t max_rows) = 0;
};

}  // namespace mogura::store
