// An attempt that an executor works on: its tree, and what has happened to it but is not stored
// yet.
#pragma once

#include <deque>

#include "executor/executor.h"
#include "executor/task_requests.h"

namespace mogura::executor {

struct PostedEvent {
  engine::Event event;
  std::optional<store::Ownership> claim;
  Settled settled;
  bool alone = false;  // to be committed without others: its claim may be lost

  void settle() const {
    if (settled) settled();
  }
};

struct CachedAttempt {
  explicit CachedAttempt(store::Loaded loaded);

  store::AttemptInfo info;
  engine::Attempt attempt;
  store::Version version;
  std::size_t stored_tasks = 0;  // rows of that version
  std::size_t stored_barriers = 0;
  std::optional<store::Monitor> monitor;
  TaskRequests requests;

  std::deque<PostedEvent> events;  // posted
  /// Results of tasks that did not have to run.
  std::deque<engine::Event> known_results;
  /// Running tasks whose operator this executor runs itself.
  std::deque<engine::TaskIndex> inline_tasks;
  /// Running tasks of a loaded attempt of which is not known yet where they run.
  std::vector<engine::TaskIndex> undispatched;
  /// Its timers or its monitor may be due.
  bool due = false;

  /// Nobody was told of its rows yet.
  bool is_new_here = true;
  bool is_limited = false;  // limit_time() was called
  /// When the store wakes somebody for it; absent: unknown, or never.
  std::optional<Instant> stored_wake;

  /// Sets the attempt's time limits.
  void limit_time(const TimeToLive& time_to_live);

  /// All of the attempt is in the store's newest version.
  void note_stored() {
    stored_tasks = attempt.tasks.size();
    stored_barriers = attempt.barriers.size();
  }
  bool has_work() const {
    return !events.empty() || !known_results.empty() || !inline_tasks.empty() ||
           !undispatched.empty() || due;
  }
};

/// What one batch does to one attempt, until it is committed.
struct AttemptWork {
  CachedAttempt* cached = nullptr;
  std::vector<PostedEvent> applied;  // as far as they were posted
  std::vector<engine::TaskIndex> changed;
  std::vector<store::NewEntry> enqueue;
  std::vector<store::Ownership> completed;
  std::vector<store::QueuedRun> cancel;
  bool monitor_fired = false;
  std::optional<Instant> wake_at;
};

/// Applies the events of one attempt and runs its inline tasks, within the limits of a batch.
class BatchRunner {
 public:
  explicit BatchRunner(const Dependencies& dependencies) : dependencies_(dependencies) {}

  /// Fills `work`; what is left over stays with the cached attempt.
  void run(AttemptWork& work) const;

 private:
  void apply_due(AttemptWork& work) const;
  void apply_posted(AttemptWork& work, PostedEvent posted) const;
  bool apply(AttemptWork& work, const engine::Event& event) const;
  void dispatch(AttemptWork& work, engine::TaskIndex task) const;
  void begin_now(AttemptWork& work, engine::TaskIndex task) const;
  engine::Event run_inline(AttemptWork& work, engine::TaskIndex task) const;
  bool runs_inline(engine::Attempt& attempt, engine::TaskIndex task) const;

  const Dependencies& dependencies_;
};

}  // namespace mogura::executor
