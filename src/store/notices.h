// Wake-ups: who waits for something in a store is told when it may have come.
//
// A notice says where to look, not what is there: it may come late, twice or for nothing. It is
// sent after the change was committed, by this process at once and by others as fast as the store
// carries it; where that line was cut, `missed` says so.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"

namespace mogura::store {

struct Notice {
  bool queued = false;    // entries came into the queue, or back to it
  bool canceled = false;  // claims are to end: renewing a lease tells which
  /// The earliest time at which one of the changed attempts must be looked at.
  std::optional<Instant> wake_at;
  bool schedules = false;  // schedules came, moved or went
  bool leases = false;     // an agent opened a lease: it may die
  bool missed = false;     // anything may have changed

  bool empty() const {
    return !queued && !canceled && !wake_at && !schedules && !leases && !missed;
  }
  bool operator==(const Notice&) const = default;
};

/// Called on any thread; must neither block nor call the store.
using Listener = std::function<void(const Notice&)>;

/// Those who listen. Safe to use from many threads.
class Notices {
 public:
  /// Listening, until it is destroyed: no call runs or comes after that.
  class Subscription;

  std::unique_ptr<Subscription> subscribe(Listener listener);
  /// Tells all; a notice that is empty nobody.
  void send(const Notice& notice);

 private:
  struct Listeners;
  // Shared with subscriptions, which may outlive the store.
  std::shared_ptr<Listeners> listeners_ = make_listeners();
  static std::shared_ptr<Listeners> make_listeners();
};

class Notices::Subscription {
 public:
  Subscription(std::shared_ptr<Listeners> listeners, std::uint64_t id)
      : listeners_(std::move(listeners)), id_(id) {}
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  std::shared_ptr<Listeners> listeners_;
  std::uint64_t id_;
};

}  // namespace mogura::store
