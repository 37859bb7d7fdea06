// The directory in which one execution of a task works on a server's agent (runtime.md §7.2): a
// fresh copy of the project, which the task may write to and no other task sees. Unpacking a
// project and removing it cost more than a small command, so a copy that a task has left as it was
// can be handed to the next one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/id.h"
#include "blob/tree_record.h"

namespace mogura::blob {

class TaskWorkspace {
 public:
  struct Task {
    ProjectId project;
    std::string workflow;
    AttemptId attempt;
    std::int64_t task = 0;
  };

  /// Makes `ROOT/PROJECT_WORKFLOW_ATTEMPT_TASK_DIGITS` with mode 0700; `root` is made where it is
  /// missing. Throws Error of kind "io".
  TaskWorkspace(const std::filesystem::path& root, const Task& task);
  /// Removes it with all that is in it; what cannot be removed stays.
  ~TaskWorkspace();
  TaskWorkspace(const TaskWorkspace&) = delete;
  TaskWorkspace& operator=(const TaskWorkspace&) = delete;

  /// Puts the project's files into it. Operators that read no files do without. Throws what
  /// unpack_project() throws: none of it goes away by trying again.
  void unpack(std::string_view archive);

  /// Removes what was added since unpack() but what `leave` names, relative to the project. False
  /// where the task changed a file of the project: no other one may get this directory.
  bool restore(const std::set<std::string>& leave);
  /// Hands the directory to another task, under that one's name; false where it is gone.
  bool move_to(const Task& task);
  /// Of the project's files.
  std::uint64_t bytes() const { return unpacked_ ? unpacked_->bytes() : 0; }

  /// Absolute.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<TreeRecord> unpacked_;
};

}  // namespace mogura::blob
