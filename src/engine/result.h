// What an operator hands back about its task (execution.md §10.3).
#pragma once

#include <string>
#include <vector>

#include "value/value.h"

namespace mogura::engine {

struct TaskResult {
  Object subtask_config;                        // tasks to generate below ^sub; empty for none
  Object export_params;                         // visible in the task's descendants
  std::vector<std::string> reset_store_params;  // key paths removed before store_params are merged
  Object store_params;                          // visible in later tasks
  Object report;                                // {inputs, outputs}; empty for none
};

}  // namespace mogura::engine
