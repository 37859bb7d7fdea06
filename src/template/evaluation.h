// What Duktape asks back while a script runs: whether its time is over, how much stack is left, the
// time zone. The answers are those of the thread's current evaluation.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "calendar/time_zone.h"

namespace mogura::tmpl {

/// One evaluation on this thread, from construction to destruction.
class Evaluation {
 public:
  Evaluation(const calendar::TimeZone& zone, std::chrono::milliseconds time_limit);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  /// The thread's evaluation; null outside of one.
  static Evaluation* current();

  const calendar::TimeZone& zone() const { return zone_; }

  /// Looks at the clock; once the time is over it stays so.
  bool expired();
  /// Whether expired() has ever said so.
  bool has_expired() const { return expired_; }

  /// Counts work of a native loop, in bytes that it reads, and looks at the clock now and then.
  bool expired_after(std::size_t bytes);

  /// Whether the thread's stack is used up as far as a script may use it.
  bool stack_low() const;

  /// Keeps a text for a caller that cannot own one, until the next call.
  const char* lend(std::string text);

 private:
  const calendar::TimeZone& zone_;
  const std::chrono::steady_clock::time_point deadline_;
  const char* const stack_floor_;
  bool expired_ = false;
  std::size_t unclocked_bytes_ = 0;
  std::string lent_;
  Evaluation* const outer_;
};

}  // namespace mogura::tmpl
