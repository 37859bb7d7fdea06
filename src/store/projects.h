// Projects with their revisions, workflow definitions and archives (rest-api.md §5-7, execution.md
// §2).
//
// A push is one transaction: the project is found or made, the revision, its archive and its
// workflows are stored, the schedules follow. Everything belongs to a site; what another site has
// does not exist.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "store/schedules.h"
#include "value/value.h"

namespace mogura::store {

struct Project {
  ProjectId id;
  SiteId site;
  std::string name;  // of a deleted project: the one that it had
  Instant created_at;
  std::optional<Instant> deleted_at;
};

struct Revision {
  RevisionId id;
  ProjectId project;
  std::string name;
  Instant created_at;
  std::string archive_type;                 // "db", "none" or the name of a storage
  std::optional<std::string> archive_path;  // in that storage
  std::optional<std::string> archive_md5;   // 16 bytes
  /// SHA-256, 32 bytes: what has the same is the same archive. Absent where nobody knows it.
  std::optional<std::string> archive_digest;
  Object default_params;
  Object user_info;
};

/// A workflow's definition in one revision.
struct Workflow {
  WorkflowId id;
  RevisionId revision;
  std::string name;
  std::string timezone;
  Object config;  // as rest-api.md §5 has it: without `timezone`
};

/// A definition with what it belongs to.
struct WorkflowDetails {
  Project project;
  Revision revision;
  Workflow workflow;
};

struct NewWorkflow {
  std::string name;
  std::string timezone;
  Object config;
  /// The first time of its schedule; absent: it has none.
  std::optional<ScheduleTime> first_schedule;
  /// Forgets when the schedule ran last.
  bool clear_schedule = false;
};

struct Push {
  SiteId site;
  std::string project;
  std::string revision;
  std::string archive_type;
  std::optional<std::string> archive_path;  // noted (archive_places.h)
  std::optional<std::string> archive_md5;
  std::optional<std::string> archive_digest;
  /// Its bytes, where the store keeps them: of all archives with the same digest once.
  std::optional<std::string> archive;
  Object user_info;
  std::vector<NewWorkflow> workflows;  // ids ascend in this order
  /// The time after a session of a workflow's schedule: a schedule that ran before goes on from
  /// there (rest-api.md §6.6).
  std::function<ScheduleTime(const std::string& workflow, Instant last_session_time)> next_schedule;
};

struct Pushed {
  Project project;
  Revision revision;
};

/// A page of a list that ascends or descends by id.
struct Page {
  std::int64_t after_id = 0;  // the last id that the reader has; 0: from the beginning
  std::int64_t size = 100;
  bool descending = false;
};

class Projects {
 public:
  virtual ~Projects() = default;

  /// Throws Error of kind "conflict" "Resource already exists: revision=R in project id=N", and
  /// ArchivePlaceLost (archive_places.h).
  virtual Pushed push(const Push& push, Instant now) = 0;

  /// Also one that is deleted.
  virtual std::optional<Project> find_project(SiteId site, ProjectId project) = 0;
  /// None that is deleted.
  virtual std::optional<Project> find_project(SiteId site, const std::string& name) = 0;
  /// Those not deleted whose name contains the text, each with its newest revision; by id.
  virtual std::vector<Pushed> list_projects(SiteId site, const std::string& name_contains,
                                            const Page& page) = 0;
  /// Frees the name and removes the schedules and secrets; false where there is no such project.
  virtual bool delete_project(SiteId site, ProjectId project, Instant now) = 0;

  /// The newest ones first.
  virtual std::vector<Revision> list_revisions(ProjectId project, const Page& page) = 0;
  virtual std::optional<Revision> newest_revision(ProjectId project) = 0;
  virtual std::optional<Revision> find_revision(ProjectId project, const std::string& name) = 0;
  virtual std::optional<Revision> find_revision(RevisionId revision) = 0;
  /// The bytes that push() was given.
  virtual std::optional<std::string> find_archive(RevisionId revision) = 0;

  /// By id.
  virtual std::vector<Workflow> list_workflows(RevisionId revision) = 0;
  virtual std::optional<Workflow> find_workflow(RevisionId revision, const std::string& name) = 0;
  virtual std::optional<WorkflowDetails> find_workflow(SiteId site, WorkflowId workflow) = 0;
  /// The workflows of the newest revisions of all projects not deleted.
  struct WorkflowFilter {
    std::string name_contains;
    bool or_project_name_contains = false;
  };
  virtual std::vector<WorkflowDetails> list_workflows(SiteId site, const WorkflowFilter& filter,
                                                      const Page& page) = 0;
};

}  // namespace mogura::store
