// Sessions and attempts as their readers see them (rest-api.md §5, §9, §10).
#include "store/sql/attempt_rows.h"
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"
#include "store/sql/task_rows.h"

namespace mogura::store::sql {
namespace {

TaskSummary task_summary_from(Rows::Row& row) {
  TaskSummary summary;
  summary.id = row.number();
  summary.position = static_cast<engine::TaskIndex>(row.number());
  summary.task = task_from(row);
  return summary;
}

// A list of the newest of table `t` by the column `id`, as the filter says.
struct NewestFirst {
  NewestFirst(std::string_view t, std::string_view id, SiteId site, const HistoryFilter& filter,
              const Page& page)
      : params{site, PageBounds({page.after_id, page.size, /*descending=*/true}).after, page.size} {
    // A project's index has no sites: that of the attempt, which is read anyway, will do.
    where.append(filter.project ? "a" : t).append(".site_id = $1");
    if (filter.project) {
      where.append(" AND ").append(t).append(".project_id = $4");
      params.emplace_back(*filter.project);
      if (filter.workflow) {
        where.append(" AND ").append(t).append(".workflow_name = $5");
        params.emplace_back(*filter.workflow);
      }
    }
    where.append(" AND ").append(t).append(".").append(id).append(" < $2 ORDER BY ");
    where.append(t).append(".").append(id).append(" DESC LIMIT $3");
  }
  std::string where;
  std::vector<Param> params;
};

}  // namespace

std::vector<SessionSummary> SqlDatabase::list_sessions(SiteId site, const HistoryFilter& filter,
                                                       const Page& page) {
  const NewestFirst list("s", "id", site, filter, page);
  return all_from(
      run(Access::read, select_attempts(std::string(kLastOfSessions) + list.where), list.params),
      session_from);
}

std::optional<SessionSummary> SqlDatabase::find_session(SiteId site, SessionId session) {
  return first_from(
      run(Access::read,
          select_attempts(std::string(kLastOfSessions) + "s.id = $1 AND s.site_id = $2"),
          {session, site}),
      session_from);
}

std::vector<AttemptSummary> SqlDatabase::list_attempts(SiteId site, const HistoryFilter& filter,
                                                       const Page& page) {
  if (filter.all_attempts) {
    const NewestFirst list("a", "id", site, filter, page);
    return all_from(
        run(Access::read, select_attempts("attempts AS a WHERE " + list.where), list.params),
        summary_from);
  }
  const NewestFirst list("s", "last_attempt_id", site, filter, page);
  return all_from(
      run(Access::read, select_attempts(std::string(kLastOfSessions) + list.where), list.params),
      summary_from);
}

std::vector<AttemptSummary> SqlDatabase::attempts_of(SiteId site, SessionId session,
                                                     const Page& page) {
  const PageBounds bounds(page);
  std::string from = "attempts AS a WHERE a.session_id = $1 AND a.site_id = $2 AND a.id ";
  from.append(bounds.compare).append(" $3 ORDER BY a.id ").append(bounds.order);
  from.append(" LIMIT $4");
  return all_from(
      run(Access::read, select_attempts(from), {session, site, bounds.after, page.size}),
      summary_from);
}

std::optional<AttemptSummary> SqlDatabase::find_attempt_summary(SiteId site, AttemptId attempt) {
  return first_from(
      run(Access::read, select_attempts("attempts AS a WHERE a.id = $1 AND a.site_id = $2"),
          {attempt, site}),
      summary_from);
}

AttemptTasks SqlDatabase::tasks_of(AttemptId attempt) {
  Transaction transaction(*driver_, Access::read);
  AttemptTasks tasks;
  tasks.tasks =
      all_from(transaction->run("SELECT id, " + std::string(kTaskColumns) +
                                    " FROM tasks WHERE attempt_id = $1 AND (SELECT starts_after "
                                    "FROM attempts WHERE id = $1) IS NULL ORDER BY position",
                                {attempt}),
               task_summary_from);
  tasks.barriers = load_barriers(transaction.session(), attempt);
  transaction.commit();
  return tasks;
}

std::int64_t SqlDatabase::count_running(SiteId site) {
  const Rows rows =
      run(Access::read, "SELECT count(*) FROM attempts WHERE site_id = $1 AND done = 0", {site});
  return rows[0].number();
}

bool SqlDatabase::has_running(ProjectId project, const std::string& workflow) {
  const Rows rows =
      run(Access::read,
          "SELECT a.id FROM attempts AS a JOIN sessions AS s ON s.last_attempt_id = a.id "
          "AND s.id = a.session_id WHERE a.project_id = $1 AND a.workflow_name = $2 "
          "AND a.done = 0 AND a.cancel_requested = 0 LIMIT 1",
          {project, workflow});
  return !rows.empty();
}

std::optional<Instant> SqlDatabase::last_session_before(ProjectId project,
                                                        const std::string& workflow,
                                                        Instant session_time) {
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(session_time).time_since_epoch().count();
  const Rows rows =
      run(Access::read,
          "SELECT session_time FROM sessions WHERE project_id = $1 AND workflow_name = $2 "
          "AND session_time < $3 ORDER BY session_time DESC LIMIT 1",
          {project, workflow, seconds});
  if (rows.empty()) return std::nullopt;
  return Instant(std::chrono::seconds(rows[0].number()));
}

}  // namespace mogura::store::sql
