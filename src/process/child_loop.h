// The thread that watches all children.
//
// It alone owns them. Other threads leave it messages: a child has arrived, a child is to be
// terminated, it is time to end. So nothing about a child is ever guarded by a lock, and callbacks
// may start and terminate children.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "process/spawn.h"
#include "process/supervisor.h"
#include "process/warden.h"

namespace mogura::process {

class ChildLoop {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Throws RuntimeError where the system has no descriptors left.
  ChildLoop(const Supervisor::Options& options, std::size_t capacity, Warden& warden);

  // From any thread.

  enum class Place { granted, full, closed };
  /// Asks for a place for one more child, which is either adopted or released.
  Place reserve();
  void release();
  ChildId adopt(StartedChild started, ChildCallbacks callbacks);
  /// SIGKILL comes at `kill_at` at the latest.
  void terminate(ChildId child, TimePoint kill_at);
  /// Terminates all children, and lets run() return when the last has ended. No place is granted
  /// any more.
  void close();

  // From the loop's own thread.

  void run();

 private:
  /// How far the termination of a child has gone.
  enum class Phase { running, preparing, asked, killed, abandoned };

  struct Child {
    ChildId id;
    pid_t group;
    UniqueFd pidfd;
    UniqueFd output;  // closed at end of file
    ChildCallbacks callbacks;
    TimePoint started = std::chrono::steady_clock::now();
    std::optional<int> status = std::nullopt;
    Phase phase = Phase::running;
    TimePoint phase_end{};
    TimePoint kill_at = TimePoint::max();  // earlier than the graces say
  };

  struct Inbox {
    std::vector<Child> arrivals;
    std::vector<std::pair<ChildId, TimePoint>> terminations;
    std::size_t places = 0;  // granted: children that are starting or alive
    ChildId last_id = 0;
    bool closed = false;
    bool woken = false;  // the loop has been told to look here
  };

  void wake() MOGURA_REQUIRES(mutex_);
  bool read_inbox();
  void watch(const UniqueFd& fd, std::uint64_t tag);
  void unwatch(const UniqueFd& fd);
  int wait_timeout_ms() const;
  void handle_event(std::uint64_t tag);
  void handle_deadlines();
  void look_for_empty_groups();
  void set_phase(Child& child, Phase phase, TimePoint until);

  void take_arrivals();
  void read_output(Child& child);
  void close_output(Child& child);
  void note_exit(Child& child);
  void begin_termination(Child& child, TimePoint kill_at);
  void ask_to_end(Child& child);
  void escalate(Child& child);
  void settle(Child& child);
  void finish(Child& child);
  static void reap(const Child& child);

  const Supervisor::Options options_;
  const std::size_t capacity_;
  Warden& warden_;
  UniqueFd epoll_;
  UniqueFd wakeup_;  // eventfd

  Mutex mutex_;
  Inbox inbox_ MOGURA_GUARDED_BY(mutex_);

  // The loop's own.
  std::unordered_map<ChildId, Child> children_;
  std::set<std::pair<TimePoint, ChildId>> deadlines_;  // of phases
  std::set<ChildId> emptying_;  // terminated, done as soon as nobody is left in the group
  TimePoint next_look_;         // at the groups of `emptying_`
  std::vector<char> buffer_;
  bool closing_ = false;
};

}  // namespace mogura::process
