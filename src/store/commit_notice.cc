#include "store/commit_notice.h"

#include <algorithm>

namespace mogura::store {

Notice notice_of(std::span<const Commit> commits, std::span<const CommitResult> results,
                 std::optional<Instant> released) {
  Notice notice{.wake_at = released};
  for (std::size_t i = 0; i < commits.size(); ++i) {
    const Commit& commit = commits[i];
    if (results[i] != CommitResult::committed) continue;
    notice.queued = notice.queued || !commit.enqueue.empty();
    notice.canceled = notice.canceled || !commit.cancel.empty();
    if (!commit.wake_at || !commit.wake_is_news) continue;
    notice.wake_at = std::min(notice.wake_at.value_or(*commit.wake_at), *commit.wake_at);
  }
  return notice;
}

}  // namespace mogura::store
