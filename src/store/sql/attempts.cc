// Attempts: start and load (execution.md §3, §4).
#include "store/sql/attempt_rows.h"
#include "store/sql/bulk.h"
#include "store/sql/dialect.h"
#include "store/sql/json_column.h"
#include "store/sql/sql_database.h"
#include "store/sql/task_rows.h"
#include "store/uuid.h"

namespace mogura::store::sql {
namespace {

constexpr std::string_view kSelectState =
    "SELECT id, session_id, done, success FROM attempts WHERE id = ";

std::optional<AttemptState> state_from(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  Rows::Row row = rows[0];
  AttemptState state;
  state.attempt = row.id<AttemptId>();
  state.session = row.id<SessionId>();
  state.done = row.flag();
  state.success = row.flag();
  return state;
}

std::int64_t session_seconds(Instant time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// The session's row, made where it is missing and locked: its number of attempts with this one.
// Absent: another start made the session first, under another id than `info` has.
std::optional<std::int64_t> join_session(Session& session, const AttemptInfo& info) {
  const Rows rows = session.run(
      "INSERT INTO sessions (id, site_id, project_id, workflow_name, session_time, session_uuid, "
      "last_attempt_id, attempts) VALUES ($1, $2, $3, $4, $5, $6, $7, 1) "
      "ON CONFLICT (project_id, workflow_name, session_time) DO UPDATE SET "
      "last_attempt_id = excluded.last_attempt_id, attempts = sessions.attempts + 1 "
      "RETURNING id, attempts",
      {info.session, info.site, info.project, info.workflow_name,
       session_seconds(info.session_time), info.session_uuid, info.id});
  Rows::Row row = rows[0];
  if (row.id<SessionId>() != info.session) return std::nullopt;
  return row.number();
}

// Whether an attempt of the session is unfinished. Until the transaction ends, none of them ends
// either: whoever commits that sees what this transaction adds.
bool hold_unfinished(Session& session, SessionId of) {
  return !session
              .run(
                  "UPDATE attempts SET done = done WHERE session_id = $1 AND done = 0 "
                  "RETURNING id",
                  {of})
              .empty();
}

// False: the session has an attempt of this name already.
bool insert_row(Session& session, const NewAttempt& added, std::int64_t index) {
  const AttemptInfo& info = added.info;
  const bool waits = added.starts_after && hold_unfinished(session, *added.starts_after);
  const engine::Attempt& attempt = added.attempt;
  const std::optional<Monitor>& monitor = added.monitor;
  const Rows rows = session.run(
      "INSERT INTO attempts (id, session_id, site_id, project_id, project_name, workflow_name, "
      "workflow_id, revision, timezone, session_time, session_uuid, retry_attempt_name, "
      "attempt_index, params, base_params, resumed, max_tasks, cancel_requested, created_at, "
      "wake_at, monitor_due, monitor, starts_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
      "$10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) "
      "ON CONFLICT (session_id, retry_attempt_name) DO NOTHING RETURNING id",
      {info.id,
       info.session,
       info.site,
       info.project,
       info.project_name,
       info.workflow_name,
       info.workflow ? std::optional(info.workflow->value) : std::nullopt,
       info.revision,
       info.timezone,
       session_seconds(info.session_time),
       info.session_uuid,
       info.retry_attempt_name.value_or(""),
       index,
       object_column(added.params),
       object_column(attempt.base_params),
       resumed_column(attempt.resumed),
       attempt.max_tasks,
       attempt.cancel_requested ? 1 : 0,
       info.created_at,
       waits ? std::nullopt : added.wake_at,
       monitor ? std::optional(monitor->due) : std::nullopt,
       monitor ? object_column(monitor->sla) : std::nullopt,
       waits ? std::optional(added.starts_after->value) : std::nullopt});
  return !rows.empty();
}

// What the attempt's session is found by (store/search.h).
BulkRun param_writes(const NewAttempt& added) {
  static const Bulk bulk = bulk_insert("attempt_params", {{"attempt_id", Type::integer},
                                                          {"name", Type::text},
                                                          {"value", Type::text},
                                                          {"site_id", Type::integer},
                                                          {"project_id", Type::integer},
                                                          {"session_time", Type::integer},
                                                          {"session_id", Type::integer}});
  const AttemptInfo& info = added.info;
  std::vector<Param> rows;
  for (const auto& [name, value] : searchable_params(added.params)) {
    rows.insert(rows.end(), {info.id, name, value, info.site, info.project,
                             session_seconds(info.session_time), info.session});
  }
  return {&bulk, std::move(rows)};
}

}  // namespace

std::optional<AttemptState> SqlDatabase::find_attempt(
    ProjectId project, const std::string& workflow, Instant session_time,
    const std::optional<std::string>& retry_attempt_name) {
  const std::int64_t seconds = session_seconds(session_time);
  if (!retry_attempt_name) {
    return state_from(run(Access::read,
                          std::string(kSelectState) +
                              "(SELECT last_attempt_id FROM sessions WHERE project_id = $1 AND "
                              "workflow_name = $2 AND session_time = $3)",
                          {project, workflow, seconds}));
  }
  return state_from(
      run(Access::read,
          "SELECT a.id, a.session_id, a.done, a.success FROM sessions AS s "
          "JOIN attempts AS a ON a.session_id = s.id WHERE s.project_id = $1 AND "
          "s.workflow_name = $2 AND s.session_time = $3 AND a.retry_attempt_name = $4",
          {project, workflow, seconds, *retry_attempt_name}));
}

std::optional<AttemptState> SqlDatabase::find_attempt(AttemptId attempt) {
  return state_from(run(Access::read, std::string(kSelectState) + "$1", {attempt}));
}

AttemptIds SqlDatabase::reserve_ids(ProjectId project, const std::string& workflow,
                                    Instant session_time) {
  const std::string_view next_id = driver_->dialect().next_id;
  const auto session = driver_->session(Access::write);
  const Rows found = session->run(
      "SELECT id, session_uuid FROM sessions "
      "WHERE project_id = $1 AND workflow_name = $2 AND session_time = $3",
      {project, workflow, session_seconds(session_time)});
  AttemptIds ids;
  ids.attempt = session->run(next_id, {"attempt_ids"})[0].id<AttemptId>();
  if (found.empty()) {
    ids.session = session->run(next_id, {"session_ids"})[0].id<SessionId>();
    ids.session_uuid = new_uuid();
  } else {
    Rows::Row row = found[0];
    ids.session = row.id<SessionId>();
    ids.session_uuid = row.text();
  }
  return ids;
}

std::optional<AttemptState> SqlDatabase::insert_attempts(std::span<const NewAttempt> attempts) {
  const AttemptInfo* refused = nullptr;
  {
    Transaction transaction(*driver_);
    Notice notice;
    for (const NewAttempt& attempt : attempts) {
      const auto index = join_session(transaction.session(), attempt.info);
      if (!index || !insert_row(transaction.session(), attempt, *index)) {
        refused = &attempt.info;
        break;
      }
      std::vector<BulkRun> runs = new_task_writes(attempt.info.id, attempt.attempt);
      runs.push_back(param_writes(attempt));
      transaction->run_together(runs);
      if (!notice.wake_at) notice.wake_at = attempt.wake_at;
    }
    if (refused == nullptr) {
      commit_and_tell(transaction, notice);
      return std::nullopt;
    }
  }
  if (find_attempt(refused->id)) return std::nullopt;  // all stored before, the answer was lost
  const auto existing = find_attempt(refused->project, refused->workflow_name,
                                     refused->session_time, refused->retry_attempt_name);
  if (existing) return existing;
  throw Error("conflict", "The session of " + refused->workflow_name +
                              " was started by somebody else at the same time; try again");
}

std::optional<Loaded> SqlDatabase::load(AttemptId id) {
  Transaction transaction(*driver_, Access::read);
  const Rows rows = transaction->run(
      std::string("SELECT ").append(kInfoColumns) +
          ", a.base_params, a.resumed, a.max_tasks, a.cancel_requested, a.version, a.monitor_due, "
          "a.monitor FROM attempts AS a WHERE a.id = $1",
      {id});
  if (rows.empty()) return std::nullopt;
  Loaded loaded;
  Rows::Row row = rows[0];
  loaded.info = info_from(row);
  engine::Attempt& attempt = loaded.attempt;
  attempt.id = id.value;
  attempt.base_params = object_from(row.maybe_text());
  attempt.resumed = resumed_from(row.maybe_text());
  attempt.max_tasks = row.number();
  attempt.cancel_requested = row.flag();
  loaded.version = row.id<Version>();
  const auto monitor_due = row.maybe_time();
  const auto monitor = row.maybe_text();
  if (monitor_due) loaded.monitor = Monitor{*monitor_due, object_from(monitor)};

  attempt.tasks = load_tasks(transaction.session(), id);
  attempt.barriers = load_barriers(transaction.session(), id);
  const Rows queued =
      transaction->run("SELECT task FROM queue_entries WHERE attempt_id = $1", {id});
  for (std::size_t i = 0; i < queued.size(); ++i) {
    loaded.queued.insert(static_cast<engine::TaskIndex>(queued[i].number()));
  }
  transaction.commit();
  engine::rebuild_links(attempt);
  return loaded;
}

std::vector<AttemptId> SqlDatabase::attempts_due(Instant now, std::size_t max) {
  std::vector<AttemptId> due;
  if (wakes_.none_due(now)) return due;
  for (const auto& [wake_at, attempt] : ask_for_wakes(max)) {
    if (wake_at <= now) due.push_back(attempt);
  }
  return due;
}

std::optional<Instant> SqlDatabase::next_wake() {
  if (const auto known = wakes_.bound()) return *known;
  const auto next = ask_for_wakes(1);
  if (next.empty()) return std::nullopt;
  return next[0].first;
}

std::vector<std::pair<Instant, AttemptId>> SqlDatabase::ask_for_wakes(std::size_t max) {
  wakes_.asking();
  const Rows rows = run(Access::read,
                        "SELECT wake_at, id FROM attempts WHERE wake_at IS NOT NULL "
                        "ORDER BY wake_at LIMIT $1",
                        {max});
  std::vector<std::pair<Instant, AttemptId>> wakes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    const Instant wake_at = row.time();
    wakes.emplace_back(wake_at, row.id<AttemptId>());
  }
  wakes_.learn(wakes.empty() ? std::nullopt : std::optional(wakes[0].first));
  return wakes;
}

Rows SqlDatabase::run(Access access, std::string_view text, Params params) {
  return driver_->session(access)->run(text, params);
}

Rows SqlDatabase::run(Access access, std::string_view text, std::initializer_list<Param> params) {
  return run(access, text, Params(params.begin(), params.size()));
}

void SqlDatabase::announce(Transaction& transaction, const Notice& notice) {
  const auto announcement = driver_->announcement(notice);
  if (announcement) transaction->run(*announcement->bulk, announcement->rows);
}

void SqlDatabase::commit_and_tell(Transaction& transaction, const Notice& notice) {
  announce(transaction, notice);
  commit_then_tell_here(transaction, notice);
}

// Where the answer is lost nobody knows what there is to tell.
void SqlDatabase::commit_then_tell_here(Transaction& transaction, const Notice& notice) {
  try {
    transaction.commit();
  } catch (const Error&) {
    notices_.send({.missed = true});
    throw;
  }
  notices_.send(notice);
}

std::unique_ptr<Notices::Subscription> SqlDatabase::watch(Listener listener) {
  return notices_.subscribe(std::move(listener));
}

}  // namespace mogura::store::sql
