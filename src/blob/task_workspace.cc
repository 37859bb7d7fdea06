#include "blob/task_workspace.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "blob/project_archive.h"
#include "blob/temporary_directory.h"

namespace mogura::blob {
namespace {

constexpr std::size_t kMaxWorkflowBytes = 150;  // of a name of up to 255 bytes

std::string file_name_of(const std::string& workflow) {
  std::string name = workflow.substr(0, kMaxWorkflowBytes);
  std::ranges::replace(name, '/', '_');
  return name;
}

}  // namespace

TaskWorkspace::TaskWorkspace(const std::filesystem::path& root, const Task& task) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) throw Error("io", root.string() + ": " + error.message());
  std::string name =
      (root / fmt::format("{}_{}_{}_{}_XXXXXX", task.project.value, file_name_of(task.workflow),
                          task.attempt.value, task.task))
          .string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw Error("io", root.string() + ": " + std::strerror(errno));
  }
  path_ = std::filesystem::absolute(name);
}

TaskWorkspace::~TaskWorkspace() {
  remove_tree(path_);
}

void TaskWorkspace::unpack(std::string_view archive) const {
  unpack_project(archive, path_);
}

}  // namespace mogura::blob
