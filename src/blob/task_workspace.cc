#include "blob/task_workspace.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
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

std::string random_suffix() {
  constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::array<unsigned char, 8> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    throw Error("io", std::string("getentropy: ") + std::strerror(errno));
  }
  std::string suffix;
  for (const unsigned char byte : bytes) suffix += kCharacters[byte % kCharacters.size()];
  return suffix;
}

/// Makes a directory for the task with `make`, which returns 0 or sets errno.
template <class Make>
std::filesystem::path new_directory(const std::filesystem::path& root,
                                    const TaskWorkspace::Task& task, Make make) {
  for (;;) {
    const auto path =
        root / fmt::format("{}_{}_{}_{}_{}", task.project.value, file_name_of(task.workflow),
                           task.attempt.value, task.task, random_suffix());
    if (make(path.c_str()) == 0) return path;
    if (errno != EEXIST && errno != ENOTEMPTY) {
      throw Error("io", path.string() + ": " + std::strerror(errno));
    }
  }
}

}  // namespace

TaskWorkspace::TaskWorkspace(const std::filesystem::path& root, const Task& task) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) throw Error("io", root.string() + ": " + error.message());
  path_ = new_directory(std::filesystem::absolute(root), task,
                        [](const char* path) { return ::mkdir(path, 0700); });
}

TaskWorkspace::~TaskWorkspace() {
  remove_tree(path_);
}

void TaskWorkspace::unpack(std::string_view archive) {
  unpack_project(archive, path_);
  unpacked_ = TreeRecord::of(path_);
}

bool TaskWorkspace::restore(const std::set<std::string>& leave) {
  return unpacked_ && unpacked_->restore(path_, leave);
}

bool TaskWorkspace::move_to(const Task& task) {
  try {
    path_ = new_directory(path_.parent_path(), task,
                          [&](const char* path) { return ::rename(path_.c_str(), path); });
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace mogura::blob
