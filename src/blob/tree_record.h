// What a directory holds at one moment, to bring it back to that later: what has come since is
// removed, and what was changed shows.
//
// Changes show without reading: a file that was replaced is another one, and one that was written
// to has another size or time. As file systems count time in steps of some milliseconds, each file
// is dated back by a second when it is recorded: any later write shows, however soon it comes.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "base/error.h"

namespace mogura::blob {

class TreeRecord {
 public:
  /// Of all below `directory`; absent where not all of it can be read.
  static std::optional<TreeRecord> of(const std::filesystem::path& directory);

  /// Removes from the directory, which may have moved, all that was not recorded but what `leave`
  /// names, relative to it. True where it then is as recorded; false where something was changed,
  /// is missing or cannot be read. Links are never followed.
  bool restore(const std::filesystem::path& directory, const std::set<std::string>& leave) const;

  /// Of all files together.
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Mark {
    ino_t inode = 0;
    mode_t mode = 0;
    uid_t owner = 0;
    gid_t group = 0;
    // Of anything but directories.
    nlink_t names = 0;
    off_t size = 0;
    std::int64_t modified_nanos = 0;
    bool operator==(const Mark&) const = default;
  };
  static std::optional<Mark> mark_of(const std::filesystem::path& path);

  std::unordered_map<std::string, Mark> marks_;  // by relative path
  std::uint64_t bytes_ = 0;
};

}  // namespace mogura::blob
