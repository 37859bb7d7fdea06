// Where the tasks of a server work: each execution in a copy of its project that is as it was
// pushed (runtime.md §7.2). Copies that tasks leave unchanged serve further tasks of the revision.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "agent/agent.h"
#include "base/mutex.h"
#include "blob/archive_cache.h"
#include "blob/task_workspace.h"
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

  /// What is referred to lives longer; the directories are made below `root`.
  TaskWorkspaces(store::Projects& projects, operators::TemporaryDirectories& directories,
                 std::filesystem::path root, const Limits& limits);

  /// The project of a task in its revision; it ends with the object. Any thread. Throws what
  /// reading the archive from the store and unpacking it throw.
  std::unique_ptr<agent::ProjectFiles> open(const operators::TaskRequest& request);

 private:
  class Copy;
  using Revision = std::pair<ProjectId, std::string>;
  struct Idle {
    Revision revision;
    std::unique_ptr<blob::TaskWorkspace> workspace;
  };

  std::unique_ptr<blob::TaskWorkspace> reuse(const Revision& revision,
                                             const blob::TaskWorkspace::Task& task);
  std::unique_ptr<blob::TaskWorkspace> take_idle(const Revision& revision);
  void give_back(Idle copy) noexcept;

  operators::TemporaryDirectories& directories_;
  const std::filesystem::path root_;
  const std::uint64_t max_idle_bytes_;
  blob::ArchiveCache archives_;
  Mutex mutex_;
  std::list<Idle> idle_ MOGURA_GUARDED_BY(mutex_);  // what was used last is in front
  std::uint64_t idle_bytes_ MOGURA_GUARDED_BY(mutex_) = 0;
};

}  // namespace mogura::cli
