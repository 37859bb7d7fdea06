// What is known of the earliest time at which an attempt wakes, so that the database is not asked
// again and again whether one is due.
//
// It is a bound from below: no attempt wakes before it. The database tells it, changes lower it,
// and when it has come the database is asked again. Changes by other processes arrive as notices;
// in case one was lost, nothing is believed for long.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "store/notices.h"

namespace mogura::store::sql {

/// Safe to use from many threads.
class WakeMemory {
 public:
  /// How long an answer of the database counts.
  static constexpr std::chrono::seconds kBelieved{30};

  /// Somebody changed something.
  void note(const Notice& notice);

  /// Whether it is certain that no attempt is due now.
  bool none_due(Instant now);
  /// The bound; nothing where the database is to be asked, an absent time where no attempt wakes.
  std::optional<std::optional<Instant>> bound();

  /// The earliest wake of all, from the database: between asking and learning, changes may come.
  void asking();
  void learn(std::optional<Instant> earliest);

 private:
  Mutex mutex_;
  // Of attempts that changed since the database was asked.
  std::optional<Instant> changed_ MOGURA_GUARDED_BY(mutex_);
  std::optional<Instant> earliest_ MOGURA_GUARDED_BY(mutex_);
  // Until then, earliest_ counts; also that it is absent.
  std::chrono::steady_clock::time_point believed_until_ MOGURA_GUARDED_BY(mutex_);
  bool missed_ MOGURA_GUARDED_BY(mutex_) = false;  // since the database was asked
};

}  // namespace mogura::store::sql
