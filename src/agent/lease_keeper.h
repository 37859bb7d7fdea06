// The lease of one agent: opened, renewed, and let go of in time (execution.md §9.4, DESIGN.md §2).
//
//   LeaseKeeper keeper(store, clock, options);
//   // again and again, at the latest at next_beat():
//   const Beat beat = keeper.beat();
//   if (beat.lost) ...   // end all tasks; beat again when none is left
//
// Nobody gives the agent's claims to another before its lease has lived out; the keeper says `lost`
// so much earlier that the tasks can be ended until then. Not for use by many threads.
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

  /// Does what is due. A store that is out of reach is tried again, until the lease is lost.
  Beat beat();
  /// When beat() has something to do, on the clock's steady time.
  Duration next_beat() const { return next_beat_; }
  /// Absent before the first beat, and while it is lost.
  const std::optional<store::Lease>& lease() const { return lease_; }
  /// Gives the claims back. Throws what the store throws.
  void close();

 private:
  Beat lose();

  store::Store& store_;
  const Clock& clock_;
  const LeaseOptions options_;
  std::optional<store::Lease> lease_;
  Duration next_beat_{};
  Duration give_up_at_{};
};

}  // namespace mogura::agent
