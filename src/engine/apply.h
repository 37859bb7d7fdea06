// The engine: from an attempt and an event to the attempt after it (execution.md §6).
//
//   Created created = create_attempt(spec, now);
//   // store created.attempt, queue created.changes.to_run
//   Changes changes = apply(attempt, TaskSucceeded{3, 1, result}, now);
//
// Pure: no input or output, clock, randomness or templates. An event costs time in proportion to
// what it changes.
#pragma once

#include "engine/event.h"

namespace mogura::engine {

struct AttemptSpec {
  workflow::TaskTree tree;
  Object base_params;
  std::map<std::string, ResumedTask, std::less<>> resumed;
  std::int64_t max_tasks = 1000;
};

struct Created {
  Attempt attempt;
  Changes changes;
};

/// Throws ConfigError (an `_export` that is no object), Error of kind "task limit exceeded".
Created create_attempt(AttemptSpec spec, Instant now);

Changes apply(Attempt& attempt, const Event& event, Instant now);

}  // namespace mogura::engine
