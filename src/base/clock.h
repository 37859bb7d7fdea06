// The time, as a dependency: nothing below cli/ asks the operating system for it.
#pragma once

#include <chrono>

namespace mogura {

/// A point on the UTC time line, in microseconds since 1970.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  /// The time of day. It jumps when somebody sets the clock.
  virtual Instant now() const = 0;
  /// The time since some moment, which never jumps: for leases and limits. Means nothing to another
  /// process.
  virtual Duration steady() const = 0;
};

/// The machine's clock.
class SystemClock : public Clock {
 public:
  Instant now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  Duration steady() const override {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Duration>(since);
  }
};

/// A clock that stands still until it is told otherwise; for tests and the simulator.
class FakeClock : public Clock {
 public:
  explicit FakeClock(Instant start) : now_(start) {}
  Instant now() const override { return now_; }
  Duration steady() const override { return steady_; }
  /// Sets the time of day, as a person would.
  void set(Instant now) { now_ = now; }
  void advance(Duration by) {
    now_ += by;
    steady_ += by;
  }

 private:
  Instant now_;
  Duration steady_{};
};

}  // namespace mogura
