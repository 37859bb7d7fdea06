// What a directory holds at one moment, to bring it back to that later: what has come since is
// removed, and what was changed shows.
//
// Changes show without reading: a file that was replaced is another one, and one that was written
// to has another size or time; entries that come or go change the time of their directory. As file
// systems count time in steps of some milliseconds, what is recorded is dated back by a second: any
// later change shows, however soon it comes.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/error.h"

namespace mogura::blob {

class TreeRecord {
 public:
  /// Of all below `directory`; absent where not all of it can be read.
  static std::optional<TreeRecord> of(const std::filesystem::path& directory);

  /// Removes from the directory, which may have moved, all that was not recorded but what `leave`
  /// names, relative to it. True where it then is as recorded; false where something was changed,
  /// is missing, or cannot be read or removed. Links are never followed.
  bool restore(const std::filesystem::path& directory, const std::set<std::string>& leave);

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
  struct Restoration;
  static Mark mark_of(const struct stat& status);
  bool restore_entries(const Restoration& now, const std::string& directory, struct stat status);
  bool remove_others(const Restoration& now, const std::string& directory,
                     std::size_t& removed) const;

  std::map<std::string, Mark> marks_;  // by relative path
  std::uint64_t bytes_ = 0;
  // The directories with just the entries that they should have, as of this time of theirs.
  std::map<std::string, std::int64_t> clean_as_of_;
  // Those that were not recorded, but are on the way to what is left.
  std::set<std::string> passages_;
};

}  // namespace mogura::blob
