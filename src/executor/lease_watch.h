// Ends the leases of agents that have died, so that others run their tasks (execution.md §9.4).
//
// Every executor watches, on its own steady clock: a lease that it has seen unchanged for as long
// as the lease lives has not been renewed. Its agent counts from before its last renewal and so has
// given up by then, whatever the clocks of the two show.
#pragma once

#include <map>
#include <optional>

#include "base/clock.h"
#include "store/store.h"

namespace mogura::executor {

class LeaseWatch {
 public:
  explicit LeaseWatch(store::Store& store) : store_(store) {}

  /// Looks where that is due; the number of queue entries that went back. Throws what the store
  /// throws.
  std::size_t look(Duration steady_now);
  /// When look() has something to do, on the same clock; absent: when there is a lease.
  std::optional<Duration> next_look() const { return next_look_; }

 private:
  struct Seen {
    std::int64_t renewals;
    Duration since;
  };
  store::Store& store_;
  std::map<store::LeaseId, Seen> seen_;
  std::optional<Duration> next_look_;
};

}  // namespace mogura::executor
