// Whom a commit concerns.
#pragma once

#include <span>

#include "store/store.h"

namespace mogura::store {

/// What to tell after these commits had these results.
Notice notice_of(std::span<const Commit> commits, std::span<const CommitResult> results);

}  // namespace mogura::store
