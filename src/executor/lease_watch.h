// Ends the leases of agents that have died, so that others run their tasks (execution.md §9.4).
//
// Every executor watches, on its own steady clock: a lease that it has seen unchanged for as long
// as the lease lives has not been renewed. Its agent counts from before its last renewal and so has
// given up by then, whatever the clocks of the two show. Where nobody holds a lease, nothing is
// asked: the store tells when one is opened.
#pragma once

#include <atomic>
#include <map>
#include <memory>

#include "base/clock.h"
#include "store/store.h"

namespace mogura::executor {

class LeaseWatch {
 public:
  explicit LeaseWatch(store::Store& store);

  /// Looks where that is due; the number of queue entries that went back. Throws what the store
  /// throws.
  std::size_t look(Duration steady_now);
  /// When look() has something to do, on the same clock; at once where a lease was opened.
  Duration next_look() const { return told_ ? Duration::min() : next_look_; }

 private:
  struct Seen {
    std::int64_t renewals;
    Duration since;
  };
  store::Store& store_;
  std::map<store::LeaseId, Seen> seen_;
  Duration next_look_ = Duration::min();
  std::atomic<bool> told_ = false;  // of a lease
  // After what it sets.
  std::unique_ptr<store::Notices::Subscription> subscription_;
};

}  // namespace mogura::executor
