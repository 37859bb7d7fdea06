// Which entries of the queue are claimed next where limits leave room for some of them only.
//
// A place goes to the project that has the fewest tasks running, so that one that queues thousands
// does not hold up the others; between equals, and within a project, to what was queued first.
#pragma once

#include <span>
#include <vector>

#include "store/queue_limits.h"
#include "store/store.h"

namespace mogura::store::sql {

/// An entry that nobody has claimed.
struct WaitingEntry {
  EntryId entry;
  SiteId site;
  ProjectId project;
};

/// How many entries of a project are claimed.
struct ClaimedCount {
  SiteId site;
  ProjectId project;
  std::int64_t claimed = 0;
};

/// At most `max` of the entries, in the order of their ids.
std::vector<EntryId> choose_fairly(std::vector<WaitingEntry> waiting,
                                   std::span<const ClaimedCount> claimed, const QueueLimits& limits,
                                   std::size_t max);

}  // namespace mogura::store::sql
