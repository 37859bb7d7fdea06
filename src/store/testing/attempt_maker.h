// Attempts for tests of stores.
#pragma once

#include <optional>
#include <string>

#include "engine/apply.h"
#include "store/store.h"
#include "workflow/yaml.h"

namespace mogura::store::testing {

struct AttemptOptions {
  ProjectId project{1};
  std::string workflow = "w";
  Instant session_time{};
  std::optional<std::string> name;
  std::string tasks = "+a: {sh>: a}\n+b: {sh>: b}";
  Object params;
  std::optional<Monitor> monitor;
  std::optional<Instant> wake_at;
  SiteId site{0};
};

inline Instant at_second(std::int64_t seconds) {
  return Instant(std::chrono::seconds(seconds));
}

/// With reserved ids, ready to be inserted.
inline NewAttempt make_attempt(Store& store, const AttemptOptions& options = {}) {
  const AttemptIds ids = store.reserve_ids(options.project, options.workflow, options.session_time);
  engine::AttemptSpec spec;
  spec.tree = workflow::compile("", "+" + options.workflow,
                                workflow::parse_yaml(options.tasks).as_object());
  spec.base_params = options.params;
  spec.max_tasks = 100'000;
  NewAttempt added;
  added.info = {.id = ids.attempt,
                .session = ids.session,
                .site = options.site,
                .project = options.project,
                .project_name = "project",
                .workflow_name = options.workflow,
                .revision = "r",
                .timezone = "Asia/Tokyo",
                .session_uuid = ids.session_uuid,
                .session_time = options.session_time,
                .retry_attempt_name = options.name,
                .created_at = at_second(1000),
                .workflow = WorkflowId{7}};
  added.params = options.params;
  added.attempt = engine::create_attempt(std::move(spec), at_second(1000)).attempt;
  added.attempt.id = ids.attempt.value;
  added.monitor = options.monitor;
  added.wake_at = options.wake_at;
  return added;
}

/// The attempt that was stored, or the one that its session has already.
struct Insertion {
  AttemptId id;
  std::optional<AttemptState> existing;
};
inline Insertion insert(Store& store, const AttemptOptions& options = {}) {
  const NewAttempt added = make_attempt(store, options);
  return {added.info.id, store.insert_attempt(added)};
}

/// A loaded attempt that events are applied to, and its next commit.
class Working {
 public:
  Working(Store& store, AttemptId id) : store_(store), loaded_(*store.load(id)) {
    commit_.attempt = id;
    commit_.version = loaded_.version;
    commit_.stored_tasks = loaded_.attempt.tasks.size();
    commit_.stored_barriers = loaded_.attempt.barriers.size();
  }

  engine::Changes happen(const engine::Event& event, Instant now = at_second(2000)) {
    engine::Changes changes = engine::apply(loaded_.attempt, event, now);
    commit_.changed.insert(commit_.changed.end(), changes.changed.begin(), changes.changed.end());
    return changes;
  }
  /// The first run of this task ends well.
  void succeed(engine::TaskIndex task, engine::TaskResult result = {}) {
    happen(engine::TaskSucceeded{task, 1, std::move(result)});
  }
  Commit& next() { return commit_; }
  const Commit& finished() {
    commit_.after = &loaded_.attempt;
    return commit_;
  }
  CommitResult commit() { return store_.commit({&finished(), 1}).front(); }
  const engine::Attempt& attempt() const { return loaded_.attempt; }
  const Loaded& loaded() const { return loaded_; }

 private:
  Store& store_;
  Loaded loaded_;
  Commit commit_;
};

/// Puts an entry for this task's first run into the queue.
inline void enqueue(Store& store, AttemptId id, engine::TaskIndex task, Value payload = "payload") {
  Working working(store, id);
  working.next().enqueue.push_back({task, 1, std::move(payload)});
  working.commit();
}

}  // namespace mogura::store::testing
