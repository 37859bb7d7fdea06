// What an operator is told about its task, made from the attempt's tree (execution.md §7, §10.2).
#pragma once

#include "engine/attempt.h"
#include "operators/operator.h"
#include "store/store.h"

namespace mogura::executor {

/// Makes the requests of one attempt's tasks; keeps the variables that they share.
class TaskRequests {
 public:
  /// Throws ConfigError where the attempt's time zone is unknown.
  explicit TaskRequests(const store::AttemptInfo& info);

  /// Throws ConfigError where the task's parameters cannot be put together.
  operators::TaskRequest make(const store::AttemptInfo& info, engine::Attempt& attempt,
                              engine::TaskIndex task);

 private:
  const Object& builtins(const store::AttemptInfo& info, const Object& params);

  calendar::TimeZone zone_;
  Value params_of_builtins_;
  Object builtins_;
};

/// The number of a task in messages, logs and temporary names.
inline std::int64_t task_id(engine::TaskIndex task) {
  return std::int64_t{task} + 1;
}

/// A request as a Value, and back: how it travels in the queue.
Value to_value(const operators::TaskRequest& request);
operators::TaskRequest request_from(const Value& value);

}  // namespace mogura::executor
