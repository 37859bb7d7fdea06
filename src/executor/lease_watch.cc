#include "executor/lease_watch.h"

#include <algorithm>

namespace mogura::executor {
namespace {

// What this adds to a lease's lifetime is how much later than possible its tasks run again.
constexpr std::chrono::seconds kLookInterval{2};
// While no lease is known. A notice that was lost is made up for.
constexpr std::chrono::seconds kSweepInterval{30};

}  // namespace

LeaseWatch::LeaseWatch(store::Store& store)
    : store_(store), subscription_(store.watch([this](const store::Notice& notice) {
        if (notice.leases || notice.missed) told_ = true;
      })) {}

std::size_t LeaseWatch::look(Duration steady_now) {
  if (steady_now < next_look()) return 0;
  told_ = false;
  const std::vector<store::LeaseState> leases = store_.leases();
  std::map<store::LeaseId, Seen> still_there;
  std::size_t returned = 0;
  for (const store::LeaseState& lease : leases) {
    const auto before = seen_.find(lease.id);
    const bool renewed = before == seen_.end() || before->second.renewals != lease.renewals;
    const Seen seen = renewed ? Seen{lease.renewals, steady_now} : before->second;
    if (steady_now < seen.since + lease.lifetime) {
      still_there.emplace(lease.id, seen);
    } else {
      returned += store_.expire_lease(lease);
    }
  }
  seen_ = std::move(still_there);
  next_look_ = steady_now + (leases.empty() ? kSweepInterval : kLookInterval);
  return returned;
}

}  // namespace mogura::executor
