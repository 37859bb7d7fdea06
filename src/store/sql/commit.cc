// A commit of many attempts in one transaction.
//
// It is written as if nothing could be refused, in one go: versions are raised where they are the
// expected ones, results taken where their agents still hold the entries, and these two say which
// rows they found. What they did not find is refused; then all is rolled back and written again
// without the refused attempts, which is rare and ends after as many rounds as there are attempts.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "store/commit_notice.h"
#include "store/sql/bulk.h"
#include "store/sql/json_column.h"
#include "store/sql/sql_database.h"
#include "store/sql/task_rows.h"
#include "value/json.h"

namespace mogura::store::sql {
namespace {

using Commits = std::span<const Commit* const>;
using Refusals = std::unordered_map<const Commit*, CommitResult>;

const Bulk& raise_versions_bulk() {
  static const Bulk bulk = {
      "UPDATE attempts AS a SET version = a.version + 1, cancel_requested = r.now_canceled, "
      "done = r.now_done, success = r.now_success, finished_at = r.now_finished, "
      "wake_at = r.next_wake, "
      "monitor = CASE WHEN r.fired = 1 THEN NULL ELSE a.monitor END, "
      "monitor_due = CASE WHEN r.fired = 1 THEN NULL ELSE a.monitor_due END "
      "FROM {rows} WHERE a.id = r.attempt AND a.version = r.expected RETURNING id",
      {{"attempt", Type::integer},
       {"expected", Type::integer},
       {"now_canceled", Type::integer},
       {"now_done", Type::integer},
       {"now_success", Type::integer},
       {"now_finished", Type::integer},
       {"next_wake", Type::integer},
       {"fired", Type::integer}}};
  return bulk;
}

const Bulk& take_entries_bulk() {
  static const Bulk bulk = {
      "DELETE FROM queue_entries WHERE (id, lease_id, epoch) IN "
      "(SELECT r.entry, r.lease, r.held FROM {rows}) RETURNING id",
      {{"entry", Type::integer}, {"lease", Type::integer}, {"held", Type::integer}}};
  return bulk;
}

const Bulk& enqueue_bulk() {
  static const Bulk bulk = {
      "INSERT INTO queue_entries (attempt_id, site_id, project_id, task, run, payload, canceled) "
      "SELECT r.attempt, (SELECT a.site_id FROM attempts AS a WHERE a.id = r.attempt), "
      "(SELECT a.project_id FROM attempts AS a WHERE a.id = r.attempt), "
      "r.of_task, r.of_run, r.content, r.now_canceled FROM {rows} "
      "WHERE true ON CONFLICT (attempt_id, task, run) DO NOTHING",
      {{"attempt", Type::integer},
       {"of_task", Type::integer},
       {"of_run", Type::integer},
       {"content", Type::text},
       {"now_canceled", Type::integer}}};
  return bulk;
}

const Bulk& cancel_bulk() {
  static const Bulk bulk = {
      "UPDATE queue_entries AS q SET canceled = 1 FROM {rows} "
      "WHERE q.attempt_id = r.attempt AND q.task = r.of_task AND q.run = r.of_run",
      {{"attempt", Type::integer}, {"of_task", Type::integer}, {"of_run", Type::integer}}};
  return bulk;
}

// A lock on the attempts that wait for the sessions of these attempts, so that of two which end at
// the same time one sees the other's end.
const Bulk& hold_waiting_bulk() {
  static const Bulk bulk = {
      "UPDATE attempts SET starts_after = starts_after WHERE starts_after IN "
      "(SELECT f.session_id FROM {rows} JOIN attempts AS f ON f.id = r.attempt) RETURNING id",
      {{"attempt", Type::integer}}};
  return bulk;
}

const Bulk& release_waiting_bulk() {
  static const Bulk bulk = {
      "UPDATE attempts SET starts_after = NULL, wake_at = created_at WHERE id IN "
      "(SELECT r.waiting FROM {rows}) AND NOT EXISTS (SELECT 1 FROM attempts AS o "
      "WHERE o.session_id = attempts.starts_after AND o.done = 0) RETURNING wake_at",
      {{"waiting", Type::integer}}};
  return bulk;
}

void append(std::vector<Param>& rows, std::initializer_list<Param> row) {
  rows.insert(rows.end(), row);
}

std::unordered_set<std::int64_t> ids_of(const Rows& rows) {
  std::unordered_set<std::int64_t> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) ids.insert(rows[i].number());
  return ids;
}

BulkRun raise_versions(Commits commits) {
  std::vector<Param> rows;
  for (const Commit* const commit : commits) {
    const engine::Attempt& after = *commit->after;
    const bool done = after.done();
    append(rows,
           {commit->attempt, commit->version, after.cancel_requested ? 1 : 0, done ? 1 : 0,
            after.success() ? 1 : 0, done ? std::optional(after.tasks[0].updated_at) : std::nullopt,
            commit->wake_at, commit->monitor_fired ? 1 : 0});
  }
  return {&raise_versions_bulk(), std::move(rows)};
}

BulkRun take_entries(Commits commits) {
  std::vector<Param> rows;
  for (const Commit* const commit : commits) {
    for (const Ownership& claim : commit->completed) {
      append(rows, {claim.entry, claim.lease, claim.epoch});
    }
  }
  return {&take_entries_bulk(), std::move(rows)};
}

bool is_canceled(const Commit& commit, const NewEntry& entry) {
  return std::ranges::any_of(commit.cancel, [&](const QueuedRun& run) {
    return run.task == entry.task && run.run == entry.run;
  });
}

void add_entry_writes(std::vector<BulkRun>& runs, Commits commits) {
  std::vector<Param> added;
  std::vector<Param> canceled;
  for (const Commit* const commit : commits) {
    for (const NewEntry& entry : commit->enqueue) {
      append(added, {commit->attempt, entry.task, entry.run, value::to_json(entry.payload),
                     is_canceled(*commit, entry) ? 1 : 0});
    }
    for (const QueuedRun& run : commit->cancel) {
      append(canceled, {commit->attempt, run.task, run.run});
    }
  }
  runs.push_back({&enqueue_bulk(), std::move(added)});
  runs.push_back({&cancel_bulk(), std::move(canceled)});
}

Refusals refusals_of(Commits commits, const Rows& raised_rows, const Rows& taken_rows) {
  Refusals refusals;
  const auto raised = ids_of(raised_rows);
  const auto taken = ids_of(taken_rows);
  for (const Commit* const commit : commits) {
    const bool all_taken = std::ranges::all_of(commit->completed, [&](const Ownership& claim) {
      return taken.contains(claim.entry.value);
    });
    if (!raised.contains(commit->attempt.value)) {
      refusals.emplace(commit, CommitResult::version_conflict);
    } else if (!all_taken) {
      refusals.emplace(commit, CommitResult::claim_lost);
    }
  }
  return refusals;
}

// Lets those start that waited for attempts which are done now; when they wake.
std::optional<Instant> release_waiting(Session& session, Commits commits) {
  std::vector<Param> done;
  for (const Commit* const commit : commits) {
    if (commit->after->done()) done.emplace_back(commit->attempt);
  }
  std::vector<Param> waiting;
  for (const std::int64_t id : ids_of(session.run(hold_waiting_bulk(), done))) {
    waiting.emplace_back(id);
  }
  Rows released = session.run(release_waiting_bulk(), waiting);
  if (released.empty()) return std::nullopt;
  return released[0].time();
}

// Empty: all is written. Else nothing else counts: the transaction is to be rolled back.
Refusals write(Session& session, Commits commits, std::optional<BulkRun> announcement) {
  std::vector<BulkRun> runs = {raise_versions(commits), take_entries(commits)};
  add_task_writes(runs, commits);
  add_entry_writes(runs, commits);
  if (announcement) runs.push_back(std::move(*announcement));
  const std::vector<Rows> found = session.run_together(runs);
  return refusals_of(commits, found[0], found[1]);
}

}  // namespace

// Where limits hold others back, a task that ends makes room.
Notice SqlDatabase::notice_about(std::span<const Commit> commits,
                                 std::span<const CommitResult> results,
                                 std::optional<Instant> released) const {
  Notice notice = notice_of(commits, results, released);
  const auto completes = [](const Commit& commit) { return !commit.completed.empty(); };
  if (limits_.any() && std::ranges::any_of(commits, completes)) notice.queued = true;
  return notice;
}

std::vector<CommitResult> SqlDatabase::commit(std::span<const Commit> commits) {
  std::vector<CommitResult> results(commits.size(), CommitResult::committed);
  std::vector<const Commit*> left;
  for (const Commit& commit : commits) left.push_back(&commit);
  while (!left.empty()) {
    Transaction transaction(*driver_);
    const Notice notice = notice_about(commits, results, std::nullopt);
    const Refusals refusals = write(transaction.session(), left, driver_->announcement(notice));
    if (refusals.empty()) {
      const auto released = release_waiting(transaction.session(), left);
      announce(transaction, {.wake_at = released});
      commit_then_tell_here(transaction, notice_about(commits, results, released));
      break;
    }
    for (const auto& [commit, result] : refusals) {
      results[static_cast<std::size_t>(commit - commits.data())] = result;
    }
    std::erase_if(left, [&](const Commit* commit) { return refusals.contains(commit); });
  }
  return results;
}

}  // namespace mogura::store::sql
