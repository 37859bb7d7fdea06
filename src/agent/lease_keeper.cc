#include "agent/lease_keeper.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace mogura::agent {
namespace {

const Logger lease_logger("io.digdag.core.agent.LocalAgent");

// After an error the store is asked so many times as often.
constexpr int kHurry = 3;

}  // namespace

Beat LeaseKeeper::give_up() {
  lease_logger.warn("The lease of this agent has run out. Ending its tasks.");
  lease_.reset();
  next_beat_ = clock_.steady();
  return {true, std::nullopt};
}

Beat LeaseKeeper::ask_store() {
  Beat beat;
  if (lease_ && !used_) {
    close();
  } else if (lease_) {
    beat.renewal = store_.renew_lease(*lease_);
    if (!beat.renewal) return give_up();
  } else {
    lease_ = store_.open_lease(options_.agent, options_.lifetime);
  }
  return beat;
}

Beat LeaseKeeper::beat() {
  const Duration now = clock_.steady();
  if (lease_ && now >= give_up_at()) return give_up();
  if (now < next_beat_ || (!lease_ && !used_)) return {};
  Beat beat;
  try {
    beat = ask_store();
    if (beat.lost) return beat;
    renewed_at_ = now;
    next_beat_ = lease_ ? now + options_.heartbeat_interval : now;
    used_ = false;
  } catch (const Error& error) {
    lease_logger.error("Renewing the lease failed: {}. Trying again.", error.chain());
    next_beat_ = now + options_.heartbeat_interval / kHurry;
  }
  if (lease_) next_beat_ = std::min(next_beat_, give_up_at());
  return beat;
}

std::optional<Duration> LeaseKeeper::next_beat() const {
  if (!lease_ && !used_) return std::nullopt;
  return next_beat_;
}

void LeaseKeeper::hurry() {
  if (lease_) next_beat_ = clock_.steady();
}

void LeaseKeeper::close() {
  if (lease_) store_.close_lease(*std::exchange(lease_, std::nullopt));
}

}  // namespace mogura::agent
