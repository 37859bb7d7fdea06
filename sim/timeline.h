// Simulated time: what is going to happen, in order, and the clocks that show it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/clock.h"

namespace mogura::sim {

class Timeline {
 public:
  Duration now() const { return now_; }
  void after(Duration delay, std::function<void()> action) {
    actions_.emplace(std::pair(now_ + delay, ++last_), std::move(action));
  }
  /// Lets the next thing happen; false where there is none.
  bool step() {
    if (actions_.empty()) return false;
    auto next = actions_.extract(actions_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
  }

 private:
  Duration now_{};
  std::uint64_t last_ = 0;  // of things at one time the older comes first
  std::map<std::pair<Duration, std::uint64_t>, std::function<void()>> actions_;
};

/// The clock of one machine: its time of day is wrong and jumps, its steady time has an origin of
/// its own.
class NodeClock : public Clock {
 public:
  NodeClock(const Timeline& timeline, Duration offset, Duration origin)
      : timeline_(timeline), offset_(offset), origin_(origin) {}

  Instant now() const override { return kStart + timeline_.now() + offset_; }
  Duration steady() const override { return origin_ + timeline_.now(); }
  void jump(Duration by) { offset_ += by; }

  /// The time of day at which simulations begin, in truth.
  static constexpr Instant kStart{std::chrono::seconds(1'700'000'000)};

 private:
  const Timeline& timeline_;
  Duration offset_;
  Duration origin_;
};

}  // namespace mogura::sim
