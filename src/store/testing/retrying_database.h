// A caller whose database fails now and then, and who goes on as the program does: what may be
// repeated is repeated, and of everything else it looks first whether it is done already. So the
// suite for all databases holds for those that fail as well.
//
// Where an answer is lost, nobody learns how many rows an operation went through, which the program
// only logs; and who watches is told that something was missed instead of what. In these two cases
// no answer is lost.
#pragma once

#include "store/database.h"
#include "store/testing/fault_driver.h"

namespace mogura::store::testing {

class RetryingDatabase : public Database {
 public:
  /// Both outlive this.
  RetryingDatabase(Database& database, FaultPlan& faults) : database_(database), faults_(faults) {}

  // Store
  std::optional<AttemptState> find_attempt(
      ProjectId project, const std::string& workflow, Instant session_time,
      const std::optional<std::string>& retry_attempt_name) override;
  AttemptIds reserve_ids(ProjectId project, const std::string& workflow,
                         Instant session_time) override;
  std::optional<AttemptState> insert_attempts(std::span<const NewAttempt> attempts) override;
  std::optional<AttemptState> find_attempt(AttemptId attempt) override;
  std::optional<Loaded> load(AttemptId attempt) override;
  std::vector<CommitResult> commit(std::span<const Commit> commits) override;
  std::vector<AttemptId> attempts_due(Instant now, std::size_t max) override;
  std::optional<Instant> next_wake() override;
  Lease open_lease(const std::string& agent, std::chrono::milliseconds lifetime) override;
  std::optional<Renewal> renew_lease(const Lease& lease) override;
  void close_lease(const Lease& lease) override;
  std::vector<LeaseState> leases() override;
  std::size_t expire_lease(const LeaseState& seen) override;
  std::vector<Claim> claim(const Lease& lease, std::size_t max) override;
  std::vector<Claim> claims_of(const Lease& lease) override;
  std::unique_ptr<Notices::Subscription> watch(Listener listener) override;

  // Projects
  Pushed push(const Push& push, Instant now) override;
  std::optional<Project> find_project(SiteId site, ProjectId project) override;
  std::optional<Project> find_project(SiteId site, const std::string& name) override;
  std::vector<Pushed> list_projects(SiteId site, const std::string& name_contains,
                                    const Page& page) override;
  bool delete_project(SiteId site, ProjectId project, Instant now) override;
  std::vector<Revision> list_revisions(ProjectId project, const Page& page) override;
  std::optional<Revision> newest_revision(ProjectId project) override;
  std::optional<Revision> find_revision(ProjectId project, const std::string& name) override;
  std::optional<Revision> find_revision(RevisionId revision) override;
  std::optional<std::string> find_archive(RevisionId revision) override;
  std::vector<Workflow> list_workflows(RevisionId revision) override;
  std::optional<Workflow> find_workflow(RevisionId revision, const std::string& name) override;
  std::optional<WorkflowDetails> find_workflow(SiteId site, WorkflowId workflow) override;
  std::vector<WorkflowDetails> list_workflows(SiteId site, const WorkflowFilter& filter,
                                              const Page& page) override;

  // ArchivePlaces
  std::string note_archive(const std::string& type, const std::string& digest,
                           const std::string& fresh_path, Instant now) override;
  CondemnedArchives condemn_archives(const std::string& type, Instant noted_before,
                                     const std::string& after, std::size_t max) override;
  void give_up_archive(const std::string& type, const std::string& digest, const std::string& path,
                       Instant now) override;
  void forget_archive(const std::string& type, const CondemnedArchive& erased) override;

  // Schedules
  std::optional<Schedule> find_schedule(SiteId site, ScheduleId schedule) override;
  std::optional<Schedule> find_schedule(ProjectId project, const std::string& workflow) override;
  std::vector<Schedule> list_schedules(SiteId site, std::optional<ProjectId> project,
                                       const Page& page) override;
  std::vector<Schedule> schedules_due(Instant now, std::size_t max) override;
  std::optional<Instant> next_schedule_run() override;
  std::optional<Schedule> move_schedule(const Schedule& seen, const ScheduleMove& move,
                                        Instant now) override;

  // History
  std::vector<SessionSummary> list_sessions(SiteId site, const HistoryFilter& filter,
                                            const Page& page) override;
  std::optional<SessionSummary> find_session(SiteId site, SessionId session) override;
  std::vector<AttemptSummary> list_attempts(SiteId site, const HistoryFilter& filter,
                                            const Page& page) override;
  std::vector<AttemptSummary> attempts_of(SiteId site, SessionId session,
                                          const Page& page) override;
  std::optional<AttemptSummary> find_attempt_summary(SiteId site, AttemptId attempt) override;
  AttemptTasks tasks_of(AttemptId attempt) override;
  std::int64_t count_running(SiteId site) override;
  bool has_running(ProjectId project, const std::string& workflow) override;
  std::optional<Instant> last_session_before(ProjectId project, const std::string& workflow,
                                             Instant session_time) override;

  // EncryptedSecrets
  void set_secret(ProjectId project, const std::string& scope, const std::string& key,
                  const Cipher& cipher) override;
  std::optional<Cipher> find_secret(ProjectId project, const std::string& scope,
                                    const std::string& key) override;
  void delete_secret(ProjectId project, const std::string& scope, const std::string& key) override;
  std::vector<std::string> list_secrets(ProjectId project, const std::string& scope) override;

  // LogChunks
  void append_log(AttemptId attempt, const std::string& name, std::uint64_t offset,
                  std::string_view bytes) override;
  std::vector<File> list_logs(AttemptId attempt) override;
  std::optional<std::string> read_log(AttemptId attempt, const std::string& name,
                                      std::uint64_t offset) override;
  void delete_logs(AttemptId attempt) override;

  // Retention
  std::vector<ProjectRetention> list_retention(const Page& page) override;
  std::optional<RetentionPolicy> find_retention(ProjectId project) override;
  void set_retention(ProjectId project, const std::optional<RetentionPolicy>& own) override;
  std::vector<SessionId> list_expired(ProjectId project, const RetentionPolicy& policy, Instant now,
                                      const Page& page) override;
  DroppedPart drop_sessions(ProjectId project, const RetentionPolicy& policy, Instant now,
                            std::int64_t after, std::size_t max) override;
  DroppedPart drop_revisions(ProjectId project, Instant until, std::int64_t after,
                             std::size_t max) override;
  std::vector<AttemptInfo> dropped_attempts(std::size_t max) override;
  std::size_t clear_dropped(std::span<const AttemptInfo> attempts, std::size_t max_rows) override;

  // SessionSearches
  FoundSessions search_sessions(SiteId site, const SessionSearch& search,
                                const std::optional<SearchPosition>& after,
                                std::int64_t max) override;

 private:
  Database& database_;
  FaultPlan& faults_;
};

}  // namespace mogura::store::testing
