// A process with the real executor in it: stepped as its thread would, killed and started again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "executor/executor.h"
#include "sim/fault_store.h"
#include "sim/world.h"

namespace mogura::sim {

class ExecutorNode {
 public:
  ExecutorNode(World& world, int number, std::function<void()> others);
  ~ExecutorNode();

  void start();
  bool alive() const { return executor_ != nullptr; }
  /// What its thread does next, unless it is dead or in the middle of something.
  void step_now() {
    if (alive() && !busy_) step();
  }
  /// Some attempt may have to be looked at.
  void wake();
  /// Calls `use` with the executor; false where the process was dead or died of it.
  bool with_executor(const std::function<void(executor::Executor&)>& use);
  void jump(Duration by);

 private:
  void step();
  void crash();
  void step_after(Duration delay);
  Duration time_to_sleep();

  World& world_;
  const std::string name_;
  NodeClock clock_;
  FaultStore store_;
  struct Outside;
  const std::unique_ptr<Outside> outside_;        // what operators reach
  std::unique_ptr<executor::Executor> executor_;  // null while it is dead
  std::uint64_t planned_step_ = 0;                // the newest plan counts
  bool busy_ = false;
};

}  // namespace mogura::sim
