// When the workflows of a local scheduler start: a table of next times and the decisions about them
// (execution.md §14.4). Pure: what starts attempts is elsewhere.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "scheduler/schedule_rules.h"
#include "workflow/definition.h"

namespace mogura::cli {

/// A workflow whose time has come.
struct DueWorkflow {
  std::string workflow;
  scheduler::ScheduleTime time;
  std::optional<Instant> last_executed{};  // the session that was started before this one
};

class ScheduleTable {
 public:
  /// Takes the schedules of these workflows. One that is as before keeps its next time, others
  /// begin at `now`; what was executed last is remembered by the workflow's name. Throws Error,
  /// without having changed anything, for a schedule that is wrong or has keys that no schedule
  /// knows.
  void replace(const std::vector<workflow::Definition>& workflows, Instant now);

  /// The workflows to start now, each moved on to its next time. `is_active` says whether an
  /// attempt of the workflow runs. Sessions that their schedule's options say to leave out are
  /// passed over.
  std::vector<DueWorkflow> take_due(Instant now,
                                    const std::function<bool(const std::string&)>& is_active);

  /// The session that was taken has an attempt: the workflow's last executed one from now on.
  void started(const DueWorkflow& due);
  /// The session that was taken is to be tried again at `run_time`.
  void postpone(const DueWorkflow& due, Instant run_time);

  /// The next time of any workflow; absent where there is none.
  std::optional<Instant> next_run() const;

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string workflow;
    std::string timezone;
    Object config;
    std::optional<scheduler::WorkflowSchedule> schedule;  // never absent
    scheduler::ScheduleTime next;
    std::optional<Instant> last_executed;
  };

  static Entry read(const workflow::Definition& workflow, Instant now);
  const Entry* find(const std::string& workflow) const;

  std::vector<Entry> entries_;
};

}  // namespace mogura::cli
