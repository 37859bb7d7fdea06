// The lease of one agent: opened, renewed, and let go of in time (execution.md §9.4, DESIGN.md §2).
//
//   LeaseKeeper keeper(store, clock, options);
//   // again and again, at the latest at next_beat():
//   if (...) keeper.use();  // there are tasks, or there may be some to claim
//   const Beat beat = keeper.beat();
//   if (beat.lost) ...   // end all tasks; beat again when none is left
//
// Nobody gives the agent's claims to another before its lease has lived out; the keeper says `lost`
// so much earlier that the tasks can be ended until then. A lease that nobody uses is closed, so
// that an agent with nothing to do asks nothing of the store. Not for use by many threads.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "store/store.h"

namespace mogura::agent {

struct LeaseOptions {
  std::string agent;
  std::chrono::milliseconds heartbeat_interval{3'000};
  std::chrono::milliseconds lifetime{10'000};
};

struct Beat {
  bool lost = false;                      // end all tasks
  std::optional<store::Renewal> renewal;  // what the store said, if it was asked
};

class LeaseKeeper {
 public:
  LeaseKeeper(store::Store& store, const Clock& clock, LeaseOptions options)
      : store_(store), clock_(clock), options_(std::move(options)) {}

  /// The lease is needed until the next beat.
  void use() { used_ = true; }
  /// Does what is due: opens a lease that is used, renews it, closes one that was not used since
  /// the last beat. A store that is out of reach is tried again, until the lease is lost.
  Beat beat();
  /// When beat() has something to do, on the clock's steady time; absent: when there is a use.
  std::optional<Duration> next_beat() const;
  /// Makes the next beat due: the store has news of the claims.
  void hurry();
  /// When somebody else is to end the tasks where beat() has not come back, on the same clock: a
  /// moment after beat() would have said `lost`, with the time of time_to_end() left.
  Duration overdue_at() const { return renewed_at_ + options_.lifetime * 4 / 5; }
  /// In what time the tasks of a lost lease have to be ended.
  std::chrono::milliseconds time_to_end() const { return options_.lifetime / 8; }
  /// Lets go of the lease without a word to the store.
  Beat give_up();
  /// Absent before the first beat with a use, and while it is closed or lost.
  const std::optional<store::Lease>& lease() const { return lease_; }
  /// Gives the claims back. Throws what the store throws.
  void close();

 private:
  // The last quarter is for ending the tasks.
  Duration give_up_at() const { return renewed_at_ + options_.lifetime * 3 / 4; }
  Beat ask_store();

  store::Store& store_;
  const Clock& clock_;
  const LeaseOptions options_;
  std::optional<store::Lease> lease_;
  bool used_ = false;
  Duration next_beat_{};
  Duration renewed_at_{};  // the lease; when that was asked for
};

}  // namespace mogura::agent
