#include "cli/known_revisions.h"

#include <fmt/format.h>

#include "base/error.h"

namespace mogura::cli {

store::Revision KnownRevisions::get(ProjectId project, const std::string& name) {
  const std::pair key(project, name);
  const Duration now = clock_.steady();
  {
    const MutexLock lock(mutex_);
    const auto known = known_.find(key);
    if (known != known_.end() && now < known->second.until) return known->second.revision;
  }
  const auto revision = projects_.find_revision(project, name);
  if (!revision) {
    throw RuntimeError(
        fmt::format("Archive data for project id={} revision='{}' is not found in database",
                    project.value, name));
  }
  const MutexLock lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[key] = {*revision, now + kKnownFor};
  return *revision;
}

}  // namespace mogura::cli
