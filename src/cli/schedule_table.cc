#include "cli/schedule_table.h"

#include <algorithm>

#include "calendar/duration.h"
#include "calendar/time_zone.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

void refuse_unknown_keys(const Object& config) {
  std::string complaints;
  for (const std::string& complaint : calendar::unused_schedule_keys(config)) {
    complaints += (complaints.empty() ? "" : "\n") + complaint;
  }
  if (!complaints.empty()) throw ConfigError(complaints);
}

std::optional<std::chrono::seconds> duration_in(const Object& config, std::string_view key) {
  const std::optional<std::string> text = value::find_text(config, key);
  if (!text) return std::nullopt;
  const auto duration = calendar::parse_duration(*text);
  if (!duration) throw ConfigError("Invalid duration: " + *text);
  return duration;
}

}  // namespace

ScheduleTable::Entry ScheduleTable::read(const workflow::Definition& workflow, Instant now) {
  Entry entry;
  entry.workflow = workflow.name;
  entry.timezone = workflow.timezone;
  entry.config = value::get_object(workflow.config, "schedule");
  refuse_unknown_keys(entry.config);
  const calendar::TimeZone zone =
      calendar::TimeZone::find(workflow.timezone).value_or(calendar::TimeZone::utc());
  entry.schedule = calendar::make_schedule(entry.config, zone);
  entry.skip_on_overtime = value::find_boolean(entry.config, "skip_on_overtime").value_or(false);
  entry.skip_delayed_by = duration_in(entry.config, "skip_delayed_by");
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
      const calendar::ScheduleTime time = entry.next;
      entry.next = entry.schedule->next(time.session_time);
      const bool is_late = entry.skip_delayed_by && now > time.run_time + *entry.skip_delayed_by;
      const bool overlaps = entry.skip_on_overtime && is_active(entry.workflow);
      if (is_late || overlaps) continue;
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
