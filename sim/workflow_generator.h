// Random workflows, and random results of their tasks.
#pragma once

#include "engine/result.h"
#include "sim/random.h"
#include "value/value.h"

namespace mogura::sim {

/// A definition that compiles: groups of all kinds, retries, errors, checks, exports.
Object random_workflow(Random& random);

/// What an operator might hand back: stores, exports, resets, subtasks.
engine::TaskResult random_result(Random& random);

}  // namespace mogura::sim
