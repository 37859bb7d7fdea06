// Whom a commit concerns.
#pragma once

#include <span>

#include "store/store.h"

namespace mogura::store {

/// What to tell after these commits had these results. `released`: when attempts wake that had
/// waited for those which are done now.
Notice notice_of(std::span<const Commit> commits, std::span<const CommitResult> results,
                 std::optional<Instant> released);

}  // namespace mogura::store
