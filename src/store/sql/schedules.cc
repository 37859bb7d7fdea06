// Schedules (rest-api.md §8, execution.md §14.4).
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

std::string select_schedules(std::string_view where) {
  std::string text =
      "SELECT c.id, c.site_id, c.project_id, p.name, c.workflow_id, c.workflow_name, w.timezone, "
      "c.session_time, c.run_time, c.last_session_time, c.disabled_at, c.created_at, c.updated_at, "
      "c.version FROM schedules AS c JOIN projects AS p ON p.id = c.project_id "
      "JOIN workflows AS w ON w.id = c.workflow_id WHERE ";
  return text.append(where);
}

Schedule schedule_from(Rows::Row& row) {
  Schedule schedule;
  schedule.id = row.id<ScheduleId>();
  schedule.site = row.id<SiteId>();
  schedule.project = row.id<ProjectId>();
  schedule.project_name = row.text();
  schedule.workflow = row.id<WorkflowId>();
  schedule.workflow_name = row.text();
  schedule.timezone = row.text();
  schedule.next.session_time = row.time();
  schedule.next.run_time = row.time();
  schedule.last_session_time = row.maybe_time();
  schedule.disabled_at = row.maybe_time();
  schedule.created_at = row.time();
  schedule.updated_at = row.time();
  schedule.version = row.number();
  return schedule;
}

}  // namespace

std::optional<Schedule> SqlDatabase::find_schedule(SiteId site, ScheduleId schedule) {
  return first_from(
      run(Access::read, select_schedules("c.id = $1 AND c.site_id = $2"), {schedule, site}),
      schedule_from);
}

std::optional<Schedule> SqlDatabase::find_schedule(ProjectId project, const std::string& workflow) {
  return first_from(
      run(Access::read, select_schedules("c.project_id = $1 AND c.workflow_name = $2"),
          {project, workflow}),
      schedule_from);
}

std::vector<Schedule> SqlDatabase::list_schedules(SiteId site, std::optional<ProjectId> project,
                                                  const Page& page) {
  const PageBounds bounds(page);
  std::string where = "c.site_id = $1";
  std::vector<Param> params = {site, bounds.after, page.size};
  if (project) {
    where.append(" AND c.project_id = $4");
    params.emplace_back(*project);
  }
  where.append(" AND c.id ").append(bounds.compare).append(" $2 ORDER BY c.id ");
  where.append(bounds.order).append(" LIMIT $3");
  return all_from(run(Access::read, select_schedules(where), params), schedule_from);
}

std::vector<Schedule> SqlDatabase::schedules_due(Instant now, std::size_t max) {
  return all_from(run(Access::read,
                      select_schedules("c.disabled_at IS NULL AND c.run_time <= $1 "
                                       "ORDER BY c.run_time LIMIT $2"),
                      {now, max}),
                  schedule_from);
}

std::optional<Instant> SqlDatabase::next_schedule_run() {
  const Rows rows = run(Access::read,
                        "SELECT run_time FROM schedules WHERE disabled_at IS NULL "
                        "ORDER BY run_time LIMIT 1",
                        Params());
  if (rows.empty()) return std::nullopt;
  return rows[0].time();
}

std::optional<Schedule> SqlDatabase::move_schedule(const Schedule& seen, const ScheduleMove& move,
                                                   Instant now) {
  Transaction transaction(*driver_);
  const Rows moved = transaction->run(
      "UPDATE schedules SET session_time = $3, run_time = $4, last_session_time = $5, "
      "disabled_at = $6, updated_at = $7, version = version + 1 "
      "WHERE id = $1 AND version = $2 RETURNING version",
      {seen.id, seen.version, move.next.session_time, move.next.run_time, move.last_session_time,
       move.disabled_at, now});
  if (moved.empty()) return std::nullopt;
  commit_and_tell(transaction, {.schedules = true});
  Schedule schedule = seen;
  schedule.next = move.next;
  schedule.last_session_time = move.last_session_time;
  schedule.disabled_at = move.disabled_at;
  schedule.updated_at = now;
  schedule.version = moved[0].number();
  return schedule;
}

}  // namespace mogura::store::sql
