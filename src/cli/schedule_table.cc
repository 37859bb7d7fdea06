#include "cli/schedule_table.h"

#include <algorithm>

#include "value/config.h"

namespace mogura::cli {
ScheduleTable::Entry ScheduleTable::read(const workflow::Definition& workflow, Instant now) {
  scheduler::refuse_unused_keys(workflow.config);
  Entry entry;
  entry.workflow = workflow.name;
  entry.timezone = workflow.timezone;
  entry.config = value::get_object(workflow.config, "schedule");
  entry.schedule = scheduler::find_schedule(workflow.config, workflow.timezone);
  entry.next = entry.schedule->first(now);
  return entry;
}

const ScheduleTable::Entry* ScheduleTable::find(const std::string& workflow) const {
  const auto found = std::ranges::find(entries_, workflow, &Entry::workflow);
  return found == entries_.end() ? nullptr : &*found;
}

void ScheduleTable::replace(const std::vector<workflow::Definition>& workflows, Instant now) {
  std::vector<Entry> entries;
  for (const workflow::Definition& workflow : workflows) {
    if (!workflow.config.contains("schedule")) continue;
    Entry entry = read(workflow, now);
    if (const Entry* before = find(entry.workflow)) {
      const bool is_unchanged =
          before->timezone == entry.timezone && Value(before->config) == Value(entry.config);
      if (is_unchanged) entry.next = before->next;
      entry.last_executed = before->last_executed;
    }
    entries.push_back(std::move(entry));
  }
  entries_ = std::move(entries);
}

std::vector<DueWorkflow> ScheduleTable::take_due(
    Instant now, const std::function<bool(const std::string&)>& is_active) {
  std::vector<DueWorkflow> due;
  for (Entry& entry : entries_) {
    while (entry.next.run_time <= now) {
      const scheduler::ScheduleTime time = entry.next;
      entry.next = entry.schedule->next(time.session_time);
      const auto decision =
          scheduler::decide(*entry.schedule, time, now, is_active(entry.workflow));
      if (decision == scheduler::Decision::skip) continue;
      due.push_back({entry.workflow, time, entry.last_executed});
      // A second session that is due waits for the next call, which sees this one as active.
      break;
    }
  }
  return due;
}

void ScheduleTable::started(const DueWorkflow& due) {
  for (Entry& entry : entries_) {
    if (entry.workflow == due.workflow) entry.last_executed = due.time.session_time;
  }
}

void ScheduleTable::postpone(const DueWorkflow& due, Instant run_time) {
  for (Entry& entry : entries_) {
    if (entry.workflow == due.workflow) entry.next = {due.time.session_time, run_time};
  }
}

std::optional<Instant> ScheduleTable::next_run() const {
  std::optional<Instant> next;
  for (const Entry& entry : entries_) {
    if (!next || entry.next.run_time < *next) next = entry.next.run_time;
  }
  return next;
}

}  // namespace mogura::cli
