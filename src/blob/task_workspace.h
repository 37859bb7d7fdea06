// The directory in which one execution of a task works on a server's agent (runtime.md §7.2): a
// fresh copy of the project, which the task may write to and no other task sees.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/id.h"

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
  void unpack(std::string_view archive) const;

  /// Absolute.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace mogura::blob
