#include "blob/tree_record.h"

#include <fcntl.h>

#include "blob/temporary_directory.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

std::string below(const fs::path& directory, const fs::path& path) {
  return path.native().substr(directory.native().size() + 1);
}

bool date_back(const fs::path& file) {
  struct stat status{};
  if (::lstat(file.c_str(), &status) != 0) return false;
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                             {status.st_mtim.tv_sec - 1, status.st_mtim.tv_nsec}};
  return ::utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0;
}

/// Whether one of the names lies below the directory.
bool holds_one_of(const std::string& directory, const std::set<std::string>& names) {
  const std::string prefix = directory + "/";
  const auto first = names.lower_bound(prefix);
  return first != names.end() && first->starts_with(prefix);
}

}  // namespace

std::optional<TreeRecord::Mark> TreeRecord::mark_of(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  Mark mark{.inode = status.st_ino,
            .mode = status.st_mode,
            .owner = status.st_uid,
            .group = status.st_gid};
  if (S_ISDIR(status.st_mode)) return mark;
  mark.names = status.st_nlink;
  mark.size = status.st_size;
  mark.modified_nanos = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  return mark;
}

std::optional<TreeRecord> TreeRecord::of(const fs::path& directory) {
  TreeRecord record;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (!entry->is_directory(error) && !date_back(path)) return std::nullopt;
    const std::optional<Mark> mark = mark_of(path);
    if (!mark) return std::nullopt;
    record.bytes_ += static_cast<std::uint64_t>(mark->size);
    record.marks_.emplace(below(directory, path), *mark);
  }
  if (error) return std::nullopt;
  return record;
}

bool TreeRecord::restore(const fs::path& directory, const std::set<std::string>& leave) const {
  std::size_t found = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path path = entry->path();
    const std::string name = below(directory, path);
    if (const auto mark = marks_.find(name); mark != marks_.end()) {
      if (mark_of(path) != mark->second) return false;
      ++found;
    } else if (leave.contains(name)) {
      entry.disable_recursion_pending();
    } else if (!holds_one_of(name, leave)) {
      entry.disable_recursion_pending();
      remove_tree(path);
    }
  }
  return !error && found == marks_.size();
}

}  // namespace mogura::blob
