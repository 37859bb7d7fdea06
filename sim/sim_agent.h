// A simulated agent: claims under the real lease logic, "executes" for a while, reports until the
// report is settled.
//
// What an execution comes to depends on the seed and the task's name and run alone. The agent has a
// process that can die: then its executions end with it and its claims wait for the lease to run
// out.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/lease_keeper.h"
#include "engine/event.h"
#include "sim/fault_store.h"
#include "sim/world.h"

namespace mogura::sim {

class SimAgent {
 public:
  /// Brings a report to some executor; `settled` is called when that says so.
  using Report = std::function<void(AttemptId, const engine::Event&, const store::Ownership&,
                                    const std::function<void()>& settled)>;

  SimAgent(World& world, int number, Report report, std::function<void()> others);

  const std::string& name() const { return name_; }
  /// Starts the process, if none runs.
  void start();
  /// What its thread does next, unless it is dead or in the middle of something.
  void step_now() {
    if (process_ != nullptr && !busy_) step();
  }
  /// There may be something to claim, or claims to end.
  void notice(const store::Notice& notice);

 private:
  struct Execution {
    store::Claim claim;
    store::Ownership owned;
    std::string task_name;
    bool canceled = false;
    std::uint64_t number = 0;
  };
  struct Unsettled {
    AttemptId attempt;
    engine::Event event;
    store::Ownership owned;
  };
  struct Process {
    agent::LeaseKeeper keeper;
    bool claim_wanted = true;
    std::map<store::EntryId, Execution> running;
    std::map<store::EntryId, Unsettled> reported;
  };

  void crash();
  void step_after(Duration delay);
  void step();
  void keep_lease();
  void claim_tasks();
  void cancel(Execution& execution);
  void begin(const store::Claim& claim);
  void end_after(const Execution& execution, Duration delay);
  void end(store::EntryId entry);
  engine::Event outcome(const Execution& execution) const;
  void send_report(store::EntryId entry, std::uint64_t life);
  void end_all();

  World& world_;
  const std::string name_;
  const Report report_;
  NodeClock clock_;
  FaultStore store_;
  std::unique_ptr<Process> process_;  // null while it is dead
  std::uint64_t life_ = 0;            // processes so far
  std::uint64_t planned_step_ = 0;    // the newest plan counts
  std::uint64_t executions_ = 0;
  bool busy_ = false;  // in a step
};

}  // namespace mogura::sim
