// Random workflows, and random results of their tasks.
#pragma once

#include "engine/result.h"
#include "sim/random.h"
#include "value/value.h"

namespace mogura::sim {

/// Which operators the tasks have: one that an agent runs, or also those that executors run
/// themselves.
enum class Operators { sh, mixed };

/// A definition that compiles: groups of all kinds, retries, errors, checks, exports.
Object random_workflow(Random& random, Operators operators);

/// The content of an `sla` section; now and then a broken one.
Object random_sla(Random& random);

/// What an operator might hand back: stores, exports, resets, subtasks.
engine::TaskResult random_result(Random& random);

}  // namespace mogura::sim
