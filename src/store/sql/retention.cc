// What of a project's history is given up (store/retention.h).
#include <algorithm>

#include "store/sql/archives.h"
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

// A session or a revision that may be old enough to go.
struct Candidate {
  std::int64_t id = 0;
  std::optional<Instant> created_at;
  std::optional<Instant> ended_at;
  bool is_needed = false;
};

// What goes: what ended before `ended_before`, and ids below `kept_from`.
struct Bounds {
  std::optional<Instant> ended_before;
  std::int64_t kept_from = 0;

  bool gives_up(const Candidate& candidate) const {
    if (candidate.is_needed || !candidate.ended_at) return false;
    return candidate.id < kept_from || (ended_before && *candidate.ended_at < *ended_before);
  }
  // Ids ascend with time: from this one on nothing is to go.
  bool ends_at(const Candidate& candidate) const {
    return candidate.id >= kept_from &&
           (!ended_before || !candidate.created_at || *candidate.created_at >= *ended_before);
  }
};

Candidate candidate_from(Rows::Row& row) {
  Candidate candidate;
  candidate.id = row.number();
  candidate.created_at = row.maybe_time();
  candidate.ended_at = row.maybe_time();
  candidate.is_needed = row.flag();
  return candidate;
}

ProjectRetention retention_from(Rows::Row& row) {
  ProjectRetention retention;
  retention.project = row.id<ProjectId>();
  retention.name = row.text();
  const bool has_own = row.maybe_number().has_value();
  const auto seconds = row.maybe_number();
  const auto sessions = row.maybe_number();
  if (!has_own) return retention;
  RetentionPolicy& own = retention.own.emplace();
  if (seconds) own.max_age = std::chrono::seconds(*seconds);
  own.max_sessions = sessions;
  return retention;
}

AttemptInfo dropped_from(Rows::Row& row) {
  AttemptInfo info;
  info.id = row.id<AttemptId>();
  info.site = row.id<SiteId>();
  info.project = row.id<ProjectId>();
  info.workflow_name = row.text();
  info.timezone = row.text();
  info.session_time = Instant(std::chrono::seconds(row.number()));
  info.retry_attempt_name = row.maybe_name();
  info.created_at = row.time();
  return info;
}

constexpr std::string_view kSelectRetention =
    "SELECT p.id, COALESCE(p.name, p.deleted_name), t.project_id, t.max_age_seconds, "
    "t.max_sessions FROM projects AS p LEFT JOIN retention_policies AS t ON t.project_id = p.id "
    "WHERE p.id ";

// A session is needed while one of its attempts is not done or has entries in the queue, and when
// it is the latest one of its workflow.
std::string select_sessions(std::string_view where) {
  std::string text =
      "SELECT s.id, (SELECT min(a.created_at) FROM attempts AS a WHERE a.session_id = s.id), "
      "(SELECT max(a.finished_at) FROM attempts AS a WHERE a.session_id = s.id), "
      "CASE WHEN EXISTS (SELECT 1 FROM attempts AS a WHERE a.session_id = s.id AND (a.done = 0 OR "
      "EXISTS (SELECT 1 FROM queue_entries AS q WHERE q.attempt_id = a.id))) OR NOT EXISTS "
      "(SELECT 1 FROM sessions AS l WHERE l.project_id = s.project_id AND "
      "l.workflow_name = s.workflow_name AND l.session_time > s.session_time) "
      "THEN 1 ELSE 0 END FROM sessions AS s WHERE ";
  return text.append(where);
}

// A revision is needed while attempts name it, and when it is the newest one of its project.
constexpr std::string_view kSelectRevisions =
    "SELECT v.id, v.created_at, v.created_at, CASE WHEN v.id = p.newest_revision_id AND "
    "(p.deleted_at IS NULL OR p.deleted_at >= $2) OR EXISTS (SELECT 1 FROM attempts AS a WHERE "
    "a.project_id = v.project_id AND a.revision = v.name) THEN 1 ELSE 0 END FROM revisions AS v "
    "JOIN projects AS p ON p.id = v.project_id WHERE v.project_id = $1 AND v.id > $3 ORDER BY v.id "
    "LIMIT $4";

Bulk for_each_session(std::string text) {
  return {std::move(text), {{"session", Type::integer}}};
}
Bulk for_each_revision(std::string text) {
  return {std::move(text), {{"revision", Type::integer}}};
}
Bulk for_each_attempt(std::string text) {
  return {std::move(text), {{"attempt", Type::integer}}};
}

std::vector<Param> ids_to_drop(const std::vector<Candidate>& candidates, const Bounds& bounds) {
  std::vector<Param> ids;
  for (const Candidate& candidate : candidates) {
    if (bounds.gives_up(candidate)) ids.emplace_back(candidate.id);
  }
  return ids;
}

std::vector<Param> first_column(const Rows& rows) {
  std::vector<Param> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) ids.emplace_back(rows[i].number());
  return ids;
}

Bounds bounds_of(Session& session, ProjectId project, const RetentionPolicy& policy, Instant now) {
  Bounds bounds;
  if (policy.max_age) bounds.ended_before = now - *policy.max_age;
  if (policy.max_sessions) {
    const Rows kept = session.run(
        "SELECT id FROM sessions WHERE project_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2",
        {project, *policy.max_sessions - 1});
    if (!kept.empty()) bounds.kept_from = kept[0].number();
  }
  return bounds;
}

std::vector<Candidate> sessions_behind(Session& session, ProjectId project, std::int64_t after,
                                       std::size_t max) {
  static const std::string text =
      select_sessions("s.project_id = $1 AND s.id > $2 ORDER BY s.id LIMIT $3");
  return all_from(session.run(text, {project, after, max}), candidate_from);
}

std::optional<std::int64_t> next_of(const std::vector<Candidate>& looked_at, const Bounds& bounds,
                                    std::size_t max) {
  if (looked_at.size() < max || bounds.ends_at(looked_at.back())) return std::nullopt;
  return looked_at.back().id;
}

// Those that nobody is about to change, and nobody can from now on. Sessions that somebody works on
// are left for another time.
std::vector<Param> hold_sessions(Session& session, const std::vector<Param>& ids,
                                 const Bounds& bounds) {
  static const Bulk hold = for_each_session(
      "SELECT q.id FROM sessions AS q WHERE q.id IN (SELECT r.session FROM {rows}) {skip_locked}");
  static const Bulk look =
      for_each_session(select_sessions("s.id IN (SELECT r.session FROM {rows})"));
  const std::vector<Param> held = first_column(session.run(hold, ids));
  return ids_to_drop(all_from(session.run(look, held), candidate_from), bounds);
}

// The number of their attempts.
std::size_t delete_sessions(Session& session, const std::vector<Param>& ids) {
  static const Bulk note = for_each_session(
      "INSERT INTO dropped_attempts (id, site_id, project_id, workflow_name, timezone, "
      "session_time, retry_attempt_name, created_at) SELECT a.id, a.site_id, a.project_id, "
      "a.workflow_name, a.timezone, a.session_time, a.retry_attempt_name, a.created_at "
      "FROM {rows} JOIN attempts AS a ON a.session_id = r.session RETURNING id");
  static const Bulk delete_attempts =
      for_each_session("DELETE FROM attempts WHERE session_id IN (SELECT r.session FROM {rows})");
  static const Bulk delete_them =
      for_each_session("DELETE FROM sessions WHERE id IN (SELECT r.session FROM {rows})");
  const std::size_t attempts = session.run(note, ids).size();
  session.run(delete_attempts, ids);
  session.run(delete_them, ids);
  return attempts;
}

void delete_revisions(Session& session, const std::vector<Param>& ids, Instant now) {
  static const Bulk deletes[] = {
      for_each_revision(
          "DELETE FROM workflows WHERE revision_id IN (SELECT r.revision FROM {rows})"),
      for_each_revision("DELETE FROM revisions WHERE id IN (SELECT r.revision FROM {rows})")};
  const ArchivesToLeave archives = hold_archives(session, ids);
  note_places(session, ids, now);
  for (const Bulk& one : deletes) session.run(one, ids);
  leave_archives(session, archives, ids);
}

// Deletes rows of the attempt's, at most `max` of each kind: how many. Absent: there are more.
std::optional<std::size_t> clear_part(Session& session, AttemptId attempt, std::size_t max) {
  std::size_t cleared = 0;
  for (const std::string_view text :
       {"DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE attempt_id = $1 LIMIT $2) "
        "RETURNING attempt_id",
        "DELETE FROM barriers WHERE attempt_id = $1 AND position IN "
        "(SELECT position FROM barriers WHERE attempt_id = $1 LIMIT $2) RETURNING attempt_id",
        "DELETE FROM attempt_params WHERE attempt_id = $1 AND name IN "
        "(SELECT name FROM attempt_params WHERE attempt_id = $1 LIMIT $2) RETURNING attempt_id",
        "DELETE FROM log_chunks WHERE attempt_id = $1 AND (name, ends_at) IN "
        "(SELECT name, ends_at FROM log_chunks WHERE attempt_id = $1 LIMIT $2) "
        "RETURNING attempt_id"}) {
    const std::size_t rows = session.run(text, {attempt, max}).size();
    if (rows == max) return std::nullopt;
    cleared += rows;
  }
  return cleared;
}

}  // namespace

std::vector<ProjectRetention> SqlDatabase::list_retention(const Page& page) {
  return all_from(run(Access::read, std::string(kSelectRetention) + "> $1 ORDER BY p.id LIMIT $2",
                      {page.after_id, page.size}),
                  retention_from);
}

std::optional<RetentionPolicy> SqlDatabase::find_retention(ProjectId project) {
  const auto found = first_from(
      run(Access::read, std::string(kSelectRetention) + "= $1", {project}), retention_from);
  return found ? found->own : std::nullopt;
}

void SqlDatabase::set_retention(ProjectId project, const std::optional<RetentionPolicy>& own) {
  if (!own) {
    run(Access::write, "DELETE FROM retention_policies WHERE project_id = $1", {project});
    return;
  }
  run(Access::write,
      "INSERT INTO retention_policies (project_id, max_age_seconds, max_sessions) "
      "VALUES ($1, $2, $3) ON CONFLICT (project_id) DO UPDATE SET "
      "max_age_seconds = excluded.max_age_seconds, max_sessions = excluded.max_sessions",
      {project, own->max_age ? std::optional(own->max_age->count()) : std::nullopt,
       own->max_sessions});
}

std::vector<SessionId> SqlDatabase::list_expired(ProjectId project, const RetentionPolicy& policy,
                                                 Instant now, const Page& page) {
  const auto session = driver_->session(Access::read);
  const Bounds bounds = bounds_of(*session, project, policy, now);
  const auto size = static_cast<std::size_t>(page.size);
  std::vector<SessionId> expired;
  for (std::optional<std::int64_t> after = page.after_id; after;) {
    const auto candidates = sessions_behind(*session, project, *after, size);
    for (const Candidate& candidate : candidates) {
      if (bounds.gives_up(candidate)) expired.push_back({candidate.id});
      if (expired.size() == size) return expired;
    }
    after = next_of(candidates, bounds, size);
  }
  return expired;
}

DroppedPart SqlDatabase::drop_sessions(ProjectId project, const RetentionPolicy& policy,
                                       Instant now, std::int64_t after, std::size_t max) {
  DroppedPart part;
  Transaction transaction(*driver_);
  Session& session = transaction.session();
  const Bounds bounds = bounds_of(session, project, policy, now);
  const auto candidates = sessions_behind(session, project, after, max);
  part.next = next_of(candidates, bounds, max);
  const auto ids = hold_sessions(session, ids_to_drop(candidates, bounds), bounds);
  part.attempts = delete_sessions(session, ids);
  part.dropped = ids.size();
  transaction.commit();
  return part;
}

DroppedPart SqlDatabase::drop_revisions(ProjectId project, Instant until, std::int64_t after,
                                        std::size_t max) {
  DroppedPart part;
  Transaction transaction(*driver_);
  Session& session = transaction.session();
  // Nobody pushes meanwhile; where somebody does, there is another time.
  const Rows held =
      session.run("SELECT q.id FROM projects AS q WHERE q.id = $1 {skip_locked}", {project});
  if (held.empty()) return part;
  const auto candidates =
      all_from(session.run(kSelectRevisions, {project, until, after, max}), candidate_from);
  const Bounds bounds{until};
  part.next = next_of(candidates, bounds, max);
  const auto ids = ids_to_drop(candidates, bounds);
  delete_revisions(session, ids, until);
  part.dropped = ids.size();
  transaction.commit();
  return part;
}

std::vector<AttemptInfo> SqlDatabase::dropped_attempts(std::size_t max) {
  return all_from(run(Access::read,
                      "SELECT id, site_id, project_id, workflow_name, timezone, session_time, "
                      "retry_attempt_name, created_at FROM dropped_attempts ORDER BY id LIMIT $1",
                      {max}),
                  dropped_from);
}

std::size_t SqlDatabase::clear_dropped(std::span<const AttemptInfo> attempts,
                                       std::size_t max_rows) {
  static const Bulk forget =
      for_each_attempt("DELETE FROM dropped_attempts WHERE id IN (SELECT r.attempt FROM {rows})");
  Transaction transaction(*driver_);
  std::vector<Param> done;
  for (std::size_t left = max_rows; left > 0 && done.size() < attempts.size();) {
    const AttemptId attempt = attempts[done.size()].id;
    const auto cleared = clear_part(transaction.session(), attempt, left);
    if (!cleared) break;
    left -= std::min(left, *cleared);
    done.emplace_back(attempt);
  }
  transaction->run(forget, done);
  transaction.commit();
  return done.size();
}

}  // namespace mogura::store::sql
