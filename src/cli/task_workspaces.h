// Where the tasks of a server work: each execution in a copy of its project that is as it was
// pushed (runtime.md §7.2). Copies that tasks leave unchanged serve further tasks of the project,
// as long as its archive is the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "blob/archive_cache.h"
#include "blob/archive_store.h"
#include "blob/task_workspace.h"
#include "cli/known_revisions.h"
#include "operators/temporary_directories.h"
#include "store/projects.h"

namespace mogura::cli {

class TaskWorkspaces {
 public:
  struct Limits {
    std::uint64_t archive_bytes = blob::ArchiveCache::kDefaultMaxBytes;
    /// `agent.workspace_cache.max_bytes`: of the copies that wait for a task; each counts a
    /// megabyte more than its files.
    std::uint64_t idle_bytes = 256u << 20;
  };

  /// All live longer.
  struct Dependencies {
    store::Projects& projects;
    blob::ArchiveStore& archives;
    operators::TemporaryDirectories& directories;
    const Clock& clock;
  };

  /// The directories are made below `root`.
  TaskWorkspaces(const Dependencies& dependencies, std::filesystem::path root,
                 const Limits& limits);

  /// The project of a task in its revision; it ends with the object. Empty for a revision without
  /// an archive (type `none`). Any thread. Throws what reading the archive and unpacking it throw,
  /// and RuntimeError for one that is not to be had.
  std::unique_ptr<agent::ProjectFiles> open(const operators::TaskRequest& request);

 private:
  class Copy;
  using Content = std::pair<ProjectId, std::string>;  // what archive_identity() says
  struct Idle {
    Content content;
    std::unique_ptr<blob::TaskWorkspace> workspace;
  };

  std::unique_ptr<blob::TaskWorkspace> reuse(const Content& content,
                                             const blob::TaskWorkspace::Task& task);
  std::unique_ptr<blob::TaskWorkspace> fresh(const store::Revision& revision,
                                             const blob::TaskWorkspace::Task& task);
  std::unique_ptr<blob::TaskWorkspace> take_idle(const Content& content);
  void give_back(Idle copy) noexcept;

  operators::TemporaryDirectories& directories_;
  const std::filesystem::path root_;
  const std::uint64_t max_idle_bytes_;
  KnownRevisions revisions_;
  blob::ArchiveCache archives_;
  Mutex mutex_;
  std::list<Idle> idle_ MOGURA_GUARDED_BY(mutex_);  // what was used last is in front
  std::uint64_t idle_bytes_ MOGURA_GUARDED_BY(mutex_) = 0;
};

}  // namespace mogura::cli
