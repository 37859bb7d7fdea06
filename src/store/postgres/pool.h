// Connections that are kept open for whoever needs one next.
//
// A connection is opened when none is idle, up to the maximum; then callers wait. One that failed,
// or that the server closed meanwhile, is thrown away. While the server is out of reach, callers
// wait for a moment as well, and try again ever more slowly, one at a time; once it has been so for
// longer they are told at once, so that nobody who could do something else is held up.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "store/postgres/connection.h"
#include "store/postgres/options.h"

namespace mogura::store::postgres {

/// Safe to use from many threads.
class Pool {
 public:
  static constexpr std::chrono::seconds kPatience{2};

  /// Opens one connection at once. Throws Error of kind "database".
  explicit Pool(Options options);

  /// Waits up to `connection_timeout`, and not longer than kPatience after the server was found out
  /// of reach; throws Error of kind "database" then.
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

  /// How many are open, idle or not.
  std::size_t open_connections();
  const Options& options() const { return options_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Idle {
    std::unique_ptr<Connection> connection;
    Clock::time_point since;
  };

  std::unique_ptr<Connection> take_idle() MOGURA_REQUIRES(mutex_);
  std::vector<Idle> take_idle_too_long() MOGURA_REQUIRES(mutex_);
  [[noreturn]] void give_up() const MOGURA_REQUIRES(mutex_);
  /// Null where it fails, which is noted.
  std::unique_ptr<Connection> open();

  const Options options_;
  Mutex mutex_;
  Condition changed_;
  std::vector<Idle> idle_ MOGURA_GUARDED_BY(mutex_);  // the longest idle first
  std::size_t open_ MOGURA_GUARDED_BY(mutex_) = 0;
  Clock::duration back_off_ MOGURA_GUARDED_BY(mutex_){};
  Clock::time_point next_try_ MOGURA_GUARDED_BY(mutex_){};
  // Why no connection could be opened, and since when.
  std::optional<Clock::time_point> out_of_reach_since_ MOGURA_GUARDED_BY(mutex_);
  std::string problem_ MOGURA_GUARDED_BY(mutex_);
};

}  // namespace mogura::store::postgres
