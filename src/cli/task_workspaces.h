// Where the tasks of a server work: each execution in a fresh copy of its project (runtime.md
// §7.2).
#pragma once

#include <filesystem>
#include <memory>

#include "agent/agent.h"
#include "blob/archive_cache.h"
#include "store/projects.h"

namespace mogura::cli {

class TaskWorkspaces {
 public:
  /// `projects` lives longer; the directories are made below `root`.
  TaskWorkspaces(store::Projects& projects, std::filesystem::path root,
                 std::uint64_t max_cached_bytes);

  /// The project of a task in its revision, unpacked; removed with the object. Any thread. Throws
  /// what reading the archive from the store and unpacking it throw.
  std::unique_ptr<agent::ProjectFiles> open(const operators::TaskRequest& request);

 private:
  const std::filesystem::path root_;
  blob::ArchiveCache archives_;
};

}  // namespace mogura::cli
