// Directories for the files of running commands, `PROJECT/.digdag/tmp/KIND-TASK-<digits>`
// (runtime.md §7.4).
//
// Making and removing a directory with its files costs as much time as a small command, so a
// directory is kept, without the content of its files, for the next command of the same kind, under
// a new name.
#pragma once

#include <time.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
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

  /// What is kept in the project at this path, relative to it.
  std::set<std::string> kept_in(const std::filesystem::path& project_path);
  /// The project is now at another path, and what is kept in it as well.
  void project_moved(const std::filesystem::path& from, const std::filesystem::path& to);
  /// The project is gone, with all that was kept in it.
  void project_removed(const std::filesystem::path& project_path);

 private:
  friend class TemporaryDirectory;

  struct Kept {
    std::filesystem::path project_relative;
    std::vector<std::string> files;  // without content
    std::optional<timespec> complete_as_of;
  };
  using KeptByKind = std::map<std::string, std::vector<Kept>, std::less<>>;

  Mutex mutex_;
  std::map<std::filesystem::path, KeptByKind> kept_ MOGURA_GUARDED_BY(mutex_);  // by project
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
  bool remove_other_files(timespec modified);

  TemporaryDirectories& all_;
  const std::filesystem::path project_path_;
  const std::string kind_;
  std::filesystem::path project_relative_;
  std::filesystem::path path_;
  std::vector<std::string> earlier_files_;
  std::vector<std::string> files_;
  // The directory's own time at which it was seen to hold just the files.
  std::optional<timespec> complete_as_of_;
};

}  // namespace mogura::operators
