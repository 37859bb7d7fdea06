// Revisions that an agent's tasks belong to, kept in memory for a while: a task names its revision,
// and looking it up for each would ask the database once a task.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"
#include "store/projects.h"

namespace mogura::cli {

class KnownRevisions {
 public:
  /// After this time a revision is looked up again: one that was deleted may have been pushed anew
  /// under its name.
  static constexpr std::chrono::minutes kKnownFor{1};
  /// So many are known; then it starts over.
  static constexpr std::size_t kMaxKnown = 1'000;

  /// What is referred to lives longer.
  KnownRevisions(store::Projects& projects, const Clock& clock)
      : projects_(projects), clock_(clock) {}

  /// Any thread. Throws RuntimeError "Archive data for project id=N revision='R' is not found in
  /// database" (runtime.md §7.2) where there is no such revision, and what the store throws.
  store::Revision get(ProjectId project, const std::string& name);

 private:
  struct Known {
    store::Revision revision;
    Duration until;  // on the clock that does not jump
  };

  store::Projects& projects_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::pair<ProjectId, std::string>, Known> known_ MOGURA_GUARDED_BY(mutex_);
};

}  // namespace mogura::cli
