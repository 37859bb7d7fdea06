// Directories for the files of running commands, `PROJECT/.digdag/tmp/KIND-TASK-<digits>`
// (runtime.md §7.4).
//
// Making and removing a directory with its files costs as much time as a small command, so a
// directory is kept, without the content of its files, for the next command of the same kind, under
// a new name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"

namespace mogura::operators {

/// All the directories of one process. May be used from many threads.
class TemporaryDirectories {
 public:
  TemporaryDirectories() = default;
  ~TemporaryDirectories();  // removes those that are kept
  TemporaryDirectories(const TemporaryDirectories&) = delete;
  TemporaryDirectories& operator=(const TemporaryDirectories&) = delete;

 private:
  friend class TemporaryDirectory;

  struct Kept {
    std::filesystem::path path;
    std::vector<std::string> files;  // without content
  };

  Mutex mutex_;
  // By project and kind.
  std::map<std::string, std::vector<Kept>> kept_ MOGURA_GUARDED_BY(mutex_);
};

/// A directory of mode 0700, from among those kept or new. When destroyed it goes back, or away
/// with all in it.
class TemporaryDirectory {
 public:
  /// Throws Error of kind "io".
  TemporaryDirectory(TemporaryDirectories& all, const std::filesystem::path& project_path,
                     std::string_view kind, std::int64_t task_id);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }  // absolute
  /// Relative to the project.
  const std::filesystem::path& project_relative() const { return project_relative_; }

  /// Writes a file of mode 0600. Throws Error of kind "io".
  void write(std::string_view name, std::string_view bytes);

  /// Removes what an earlier user had and this one has not written. To be called before a command
  /// starts. Throws Error of kind "io".
  void forget_earlier_files();

 private:
  bool take_kept();
  void make();
  bool clear();

  TemporaryDirectories& all_;
  std::string family_;
  std::filesystem::path project_relative_;
  std::filesystem::path path_;
  std::vector<std::string> earlier_files_;
  std::vector<std::string> files_;
};

}  // namespace mogura::operators
