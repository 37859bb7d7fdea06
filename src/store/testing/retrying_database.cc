#include "store/testing/retrying_database.h"

#include <algorithm>
#include <set>

namespace mogura::store::testing {
namespace {

// Leases begin with it.
constexpr Epoch kFirstEpoch{1};

bool is_failure(const Error& error) {
  return error.kind() == "database";
}

// Repeats the action until it does not fail.
template <class Action>
auto again(Action action) {
  while (true) {
    try {
      return action();
    } catch (const Error& error) {
      if (!is_failure(error)) throw;
    }
  }
}

// The same; before each repetition it asks what became of the last one.
template <class Action, class Find>
auto again_unless(Find find_result, Action action) {
  while (true) {
    try {
      return action();
    } catch (const Error& error) {
      if (!is_failure(error)) throw;
    }
    if (auto found = again(find_result)) return *found;
  }
}

// The same for an action whose answer says what nobody can find out afterwards.
template <class Action>
auto again_with_answer(FaultPlan& faults, Action action) {
  const bool before = faults.leave_no_doubt(true);
  auto answer = again(action);
  faults.leave_no_doubt(before);
  return answer;
}

bool same_time(const ScheduleTime& one, const ScheduleTime& other) {
  return one.session_time == other.session_time && one.run_time == other.run_time;
}

}  // namespace

std::vector<CommitResult> RetryingDatabase::commit(std::span<const Commit> commits) {
  const auto versions = [&] {
    std::vector<Version> found;
    for (const Commit& commit : commits) {
      const auto loaded = database_.load(commit.attempt);
      found.push_back(loaded ? loaded->version : Version{-1});
    }
    return found;
  };
  const std::vector<Version> before = again(versions);
  // What went through did so all at once; what was refused is refused again.
  const auto stored = [&]() -> std::optional<std::vector<CommitResult>> {
    const std::vector<Version> after = versions();
    if (after == before) return std::nullopt;
    std::vector<CommitResult> results;
    for (std::size_t i = 0; i < commits.size(); ++i) {
      results.push_back(after[i] != before[i] ? CommitResult::committed
                                              : database_.commit(commits.subspan(i, 1)).front());
    }
    return results;
  };
  return again_unless(stored, [&] { return database_.commit(commits); });
}

// One that nobody knows of lives out.
Lease RetryingDatabase::open_lease(const std::string& agent, std::chrono::milliseconds lifetime) {
  std::set<LeaseId> known;
  for (const LeaseState& lease : leases()) known.insert(lease.id);
  return again([&] {
    for (const LeaseState& lease : database_.leases()) {
      if (!known.contains(lease.id)) database_.expire_lease(lease);
    }
    return database_.open_lease(agent, lifetime);
  });
}

std::size_t RetryingDatabase::expire_lease(const LeaseState& seen) {
  return again_with_answer(faults_, [&] { return database_.expire_lease(seen); });
}

std::vector<Claim> RetryingDatabase::claim(const Lease& lease, std::size_t max) {
  std::set<EntryId> known;
  for (const Claim& claim : claims_of(lease)) known.insert(claim.entry);
  const auto claimed = [&]() -> std::optional<std::vector<Claim>> {
    std::vector<Claim> claims = database_.claims_of(lease);
    std::erase_if(claims, [&](const Claim& claim) { return known.contains(claim.entry); });
    if (claims.empty()) return std::nullopt;
    return claims;
  };
  return again_unless(claimed, [&] { return database_.claim(lease, max); });
}

std::unique_ptr<Notices::Subscription> RetryingDatabase::watch(Listener listener) {
  faults_.leave_no_doubt(true);
  return database_.watch(std::move(listener));
}

Pushed RetryingDatabase::push(const Push& push, Instant now) {
  const auto find = [&]() -> std::optional<Pushed> {
    const auto project = database_.find_project(push.site, push.project);
    if (!project) return std::nullopt;
    auto revision = database_.find_revision(project->id, push.revision);
    if (!revision) return std::nullopt;
    return Pushed{*project, std::move(*revision)};
  };
  if (again(find)) return again([&] { return database_.push(push, now); });
  return again_unless(find, [&] { return database_.push(push, now); });
}

bool RetryingDatabase::delete_project(SiteId site, ProjectId project, Instant now) {
  const auto is_deleted = [&]() -> std::optional<bool> {
    const auto found = database_.find_project(site, project);
    return found && found->deleted_at ? std::optional(true) : std::nullopt;
  };
  const auto act = [&] { return database_.delete_project(site, project, now); };
  return again(is_deleted) ? again(act) : again_unless(is_deleted, act);
}

std::optional<Schedule> RetryingDatabase::move_schedule(const Schedule& seen,
                                                        const ScheduleMove& move, Instant now) {
  const auto moved = [&]() -> std::optional<std::optional<Schedule>> {
    const auto found = database_.find_schedule(seen.site, seen.id);
    const bool by_this = found && found->version == seen.version + 1 && found->updated_at == now &&
                         same_time(found->next, move.next);
    if (!by_this) return std::nullopt;
    return std::optional<std::optional<Schedule>>(std::in_place, found);
  };
  return again_unless(moved, [&] { return database_.move_schedule(seen, move, now); });
}

DroppedPart RetryingDatabase::drop_sessions(ProjectId project, const RetentionPolicy& policy,
                                            Instant now, std::int64_t after, std::size_t max) {
  return again_with_answer(
      faults_, [&] { return database_.drop_sessions(project, policy, now, after, max); });
}

DroppedPart RetryingDatabase::drop_revisions(ProjectId project, Instant until, std::int64_t after,
                                             std::size_t max) {
  return again_with_answer(faults_,
                           [&] { return database_.drop_revisions(project, until, after, max); });
}

std::size_t RetryingDatabase::clear_dropped(std::span<const AttemptInfo> attempts,
                                            std::size_t max_rows) {
  return again_with_answer(faults_, [&] { return database_.clear_dropped(attempts, max_rows); });
}

// What follows may be repeated.

std::optional<AttemptState> RetryingDatabase::find_attempt(
    ProjectId project, const std::string& workflow, Instant session_time,
    const std::optional<std::string>& retry_attempt_name) {
  return again(
      [&] { return database_.find_attempt(project, workflow, session_time, retry_attempt_name); });
}

AttemptIds RetryingDatabase::reserve_ids(ProjectId project, const std::string& workflow,
                                         Instant session_time) {
  return again([&] { return database_.reserve_ids(project, workflow, session_time); });
}

std::optional<AttemptState> RetryingDatabase::insert_attempts(
    std::span<const NewAttempt> attempts) {
  return again([&] { return database_.insert_attempts(attempts); });
}

std::optional<AttemptState> RetryingDatabase::find_attempt(AttemptId attempt) {
  return again([&] { return database_.find_attempt(attempt); });
}

std::optional<Loaded> RetryingDatabase::load(AttemptId attempt) {
  return again([&] { return database_.load(attempt); });
}

std::vector<AttemptId> RetryingDatabase::attempts_due(Instant now, std::size_t max) {
  return again([&] { return database_.attempts_due(now, max); });
}

std::optional<Instant> RetryingDatabase::next_wake() {
  return again([&] { return database_.next_wake(); });
}

std::optional<Renewal> RetryingDatabase::renew_lease(const Lease& lease) {
  return again([&] { return database_.renew_lease(lease); });
}

void RetryingDatabase::close_lease(const Lease& lease) {
  return again([&] { return database_.close_lease(lease); });
}

std::vector<LeaseState> RetryingDatabase::leases() {
  return again([&] { return database_.leases(); });
}

std::vector<Claim> RetryingDatabase::claims_of(const Lease& lease) {
  return again([&] { return database_.claims_of(lease); });
}

std::optional<Project> RetryingDatabase::find_project(SiteId site, ProjectId project) {
  return again([&] { return database_.find_project(site, project); });
}

std::optional<Project> RetryingDatabase::find_project(SiteId site, const std::string& name) {
  return again([&] { return database_.find_project(site, name); });
}

std::vector<Pushed> RetryingDatabase::list_projects(SiteId site, const std::string& name_contains,
                                                    const Page& page) {
  return again([&] { return database_.list_projects(site, name_contains, page); });
}

std::vector<Revision> RetryingDatabase::list_revisions(ProjectId project, const Page& page) {
  return again([&] { return database_.list_revisions(project, page); });
}

std::optional<Revision> RetryingDatabase::newest_revision(ProjectId project) {
  return again([&] { return database_.newest_revision(project); });
}

std::optional<Revision> RetryingDatabase::find_revision(ProjectId project,
                                                        const std::string& name) {
  return again([&] { return database_.find_revision(project, name); });
}

std::optional<Revision> RetryingDatabase::find_revision(RevisionId revision) {
  return again([&] { return database_.find_revision(revision); });
}

std::optional<std::string> RetryingDatabase::find_archive(RevisionId revision) {
  return again([&] { return database_.find_archive(revision); });
}

std::string RetryingDatabase::note_archive(const std::string& type, const std::string& digest,
                                           const std::string& fresh_path, Instant now) {
  return again([&] { return database_.note_archive(type, digest, fresh_path, now); });
}

CondemnedArchives RetryingDatabase::condemn_archives(const std::string& type, Instant noted_before,
                                                     const std::string& after, std::size_t max) {
  return again_with_answer(
      faults_, [&] { return database_.condemn_archives(type, noted_before, after, max); });
}

void RetryingDatabase::give_up_archive(const std::string& type, const std::string& digest,
                                       const std::string& path, Instant now) {
  return again([&] { return database_.give_up_archive(type, digest, path, now); });
}

void RetryingDatabase::forget_archive(const std::string& type, const CondemnedArchive& erased) {
  return again([&] { return database_.forget_archive(type, erased); });
}

std::vector<Workflow> RetryingDatabase::list_workflows(RevisionId revision) {
  return again([&] { return database_.list_workflows(revision); });
}

std::optional<Workflow> RetryingDatabase::find_workflow(RevisionId revision,
                                                        const std::string& name) {
  return again([&] { return database_.find_workflow(revision, name); });
}

std::optional<WorkflowDetails> RetryingDatabase::find_workflow(SiteId site, WorkflowId workflow) {
  return again([&] { return database_.find_workflow(site, workflow); });
}

std::vector<WorkflowDetails> RetryingDatabase::list_workflows(SiteId site,
                                                              const WorkflowFilter& filter,
                                                              const Page& page) {
  return again([&] { return database_.list_workflows(site, filter, page); });
}

std::optional<Schedule> RetryingDatabase::find_schedule(SiteId site, ScheduleId schedule) {
  return again([&] { return database_.find_schedule(site, schedule); });
}

std::optional<Schedule> RetryingDatabase::find_schedule(ProjectId project,
                                                        const std::string& workflow) {
  return again([&] { return database_.find_schedule(project, workflow); });
}

std::vector<Schedule> RetryingDatabase::list_schedules(SiteId site,
                                                       std::optional<ProjectId> project,
                                                       const Page& page) {
  return again([&] { return database_.list_schedules(site, project, page); });
}

std::vector<Schedule> RetryingDatabase::schedules_due(Instant now, std::size_t max) {
  return again([&] { return database_.schedules_due(now, max); });
}

std::optional<Instant> RetryingDatabase::next_schedule_run() {
  return again([&] { return database_.next_schedule_run(); });
}

std::vector<SessionSummary> RetryingDatabase::list_sessions(SiteId site,
                                                            const HistoryFilter& filter,
                                                            const Page& page) {
  return again([&] { return database_.list_sessions(site, filter, page); });
}

std::optional<SessionSummary> RetryingDatabase::find_session(SiteId site, SessionId session) {
  return again([&] { return database_.find_session(site, session); });
}

std::vector<AttemptSummary> RetryingDatabase::list_attempts(SiteId site,
                                                            const HistoryFilter& filter,
                                                            const Page& page) {
  return again([&] { return database_.list_attempts(site, filter, page); });
}

std::vector<AttemptSummary> RetryingDatabase::attempts_of(SiteId site, SessionId session,
                                                          const Page& page) {
  return again([&] { return database_.attempts_of(site, session, page); });
}

std::optional<AttemptSummary> RetryingDatabase::find_attempt_summary(SiteId site,
                                                                     AttemptId attempt) {
  return again([&] { return database_.find_attempt_summary(site, attempt); });
}

AttemptTasks RetryingDatabase::tasks_of(AttemptId attempt) {
  return again([&] { return database_.tasks_of(attempt); });
}

std::int64_t RetryingDatabase::count_running(SiteId site) {
  return again([&] { return database_.count_running(site); });
}

bool RetryingDatabase::has_running(ProjectId project, const std::string& workflow) {
  return again([&] { return database_.has_running(project, workflow); });
}

std::optional<Instant> RetryingDatabase::last_session_before(ProjectId project,
                                                             const std::string& workflow,
                                                             Instant session_time) {
  return again([&] { return database_.last_session_before(project, workflow, session_time); });
}

void RetryingDatabase::set_secret(ProjectId project, const std::string& scope,
                                  const std::string& key, const Cipher& cipher) {
  return again([&] { return database_.set_secret(project, scope, key, cipher); });
}

std::optional<EncryptedSecrets::Cipher> RetryingDatabase::find_secret(ProjectId project,
                                                                      const std::string& scope,
                                                                      const std::string& key) {
  return again([&] { return database_.find_secret(project, scope, key); });
}

void RetryingDatabase::delete_secret(ProjectId project, const std::string& scope,
                                     const std::string& key) {
  return again([&] { return database_.delete_secret(project, scope, key); });
}

std::vector<std::string> RetryingDatabase::list_secrets(ProjectId project,
                                                        const std::string& scope) {
  return again([&] { return database_.list_secrets(project, scope); });
}

void RetryingDatabase::append_log(AttemptId attempt, const std::string& name, std::uint64_t offset,
                                  std::string_view bytes) {
  return again([&] { return database_.append_log(attempt, name, offset, bytes); });
}

std::vector<LogChunks::File> RetryingDatabase::list_logs(AttemptId attempt) {
  return again([&] { return database_.list_logs(attempt); });
}

std::optional<std::string> RetryingDatabase::read_log(AttemptId attempt, const std::string& name,
                                                      std::uint64_t offset) {
  return again([&] { return database_.read_log(attempt, name, offset); });
}

void RetryingDatabase::delete_logs(AttemptId attempt) {
  return again([&] { return database_.delete_logs(attempt); });
}

std::vector<ProjectRetention> RetryingDatabase::list_retention(const Page& page) {
  return again([&] { return database_.list_retention(page); });
}

std::optional<RetentionPolicy> RetryingDatabase::find_retention(ProjectId project) {
  return again([&] { return database_.find_retention(project); });
}

void RetryingDatabase::set_retention(ProjectId project, const std::optional<RetentionPolicy>& own) {
  return again([&] { return database_.set_retention(project, own); });
}

std::vector<SessionId> RetryingDatabase::list_expired(ProjectId project,
                                                      const RetentionPolicy& policy, Instant now,
                                                      const Page& page) {
  return again([&] { return database_.list_expired(project, policy, now, page); });
}

std::vector<AttemptInfo> RetryingDatabase::dropped_attempts(std::size_t max) {
  return again([&] { return database_.dropped_attempts(max); });
}

FoundSessions RetryingDatabase::search_sessions(SiteId site, const SessionSearch& search,
                                                const std::optional<SearchPosition>& after,
                                                std::int64_t max) {
  return again([&] { return database_.search_sessions(site, search, after, max); });
}

}  // namespace mogura::store::testing
