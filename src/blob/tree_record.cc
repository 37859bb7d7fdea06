#include "blob/tree_record.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/unique_fd.h"
#include "blob/temporary_directory.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

const std::string kRoot = ".";

std::string below(const fs::path& directory, const fs::path& path) {
  return path.native().substr(directory.native().size() + 1);
}

std::string join(const std::string& directory, const char* name) {
  return directory == kRoot ? std::string(name) : directory + '/' + name;
}

std::string parent_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? kRoot : name.substr(0, slash);
}

std::int64_t modified_nanos_of(const struct stat& status) {
  return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

bool read_status(int root, const std::string& name, struct stat& status) {
  return ::fstatat(root, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/// Leaves in `status` what it is then.
bool date_back(int root, const std::string& name, struct stat& status) {
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                             {status.st_mtim.tv_sec - 1, status.st_mtim.tv_nsec}};
  return ::utimensat(root, name.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0 &&
         read_status(root, name, status);
}

/// The directories above all the names.
std::set<std::string> directories_above(const std::set<std::string>& names) {
  std::set<std::string> above;
  for (const std::string& name : names) {
    for (std::string parent = parent_of(name); parent != kRoot && above.insert(parent).second;
         parent = parent_of(parent)) {
    }
  }
  return above;
}

/// Calls `handle` with each name until that returns false; false then, and where the directory
/// cannot be read.
template <class Handle>
bool for_each_entry(int directory, Handle handle) {
  alignas(dirent64) std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::getdents64(directory, buffer.data(), buffer.size());
    if (got <= 0) return got == 0;
    for (ssize_t at = 0; at < got;) {
      const auto* const entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      at += entry->d_reclen;
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      if (!handle(entry->d_name)) return false;
    }
  }
}

}  // namespace

/// One restoration of the directory.
struct TreeRecord::Restoration {
  const fs::path& directory;
  const std::set<std::string>& leave;
  int root;  // the open directory
};

TreeRecord::Mark TreeRecord::mark_of(const struct stat& status) {
  Mark mark{.inode = status.st_ino,
            .mode = status.st_mode,
            .owner = status.st_uid,
            .group = status.st_gid};
  if (S_ISDIR(status.st_mode)) return mark;
  mark.names = status.st_nlink;
  mark.size = status.st_size;
  mark.modified_nanos = modified_nanos_of(status);
  return mark;
}

std::optional<TreeRecord> TreeRecord::of(const fs::path& directory) {
  TreeRecord record;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string& path = entry->path().native();
    struct stat status{};
    if (!read_status(AT_FDCWD, path, status)) return std::nullopt;
    if (!S_ISDIR(status.st_mode) && !date_back(AT_FDCWD, path, status)) return std::nullopt;
    const Mark mark = mark_of(status);
    record.bytes_ += static_cast<std::uint64_t>(mark.size);
    record.marks_.emplace(below(directory, entry->path()), mark);
  }
  if (error) return std::nullopt;
  return record;
}

bool TreeRecord::restore(const fs::path& directory, const std::set<std::string>& leave) {
  const UniqueFd root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return false;
  std::set<std::string> passages = directories_above(leave);
  if (passages != passages_) clean_as_of_.clear();
  passages_ = std::move(passages);

  const Restoration now{directory, leave, root.get()};
  struct stat status{};
  if (!read_status(now.root, kRoot, status) || !restore_entries(now, kRoot, status)) return false;
  for (const auto& [name, mark] : marks_) {
    if (!read_status(now.root, name, status) || mark_of(status) != mark) return false;
    if (S_ISDIR(status.st_mode) && !restore_entries(now, name, status)) return false;
  }
  return std::ranges::all_of(passages_, [&](const std::string& name) {
    return marks_.contains(name) || !read_status(now.root, name, status) ||
           restore_entries(now, name, status);
  });
}

// The date comes first, so that whatever comes while the entries are looked at shows the next time.
bool TreeRecord::restore_entries(const Restoration& now, const std::string& directory,
                                 struct stat status) {
  const auto clean = clean_as_of_.find(directory);
  if (clean != clean_as_of_.end() && clean->second == modified_nanos_of(status)) return true;
  std::size_t removed = 0;
  do {
    if (!date_back(now.root, directory, status)) return false;
    removed = 0;
    if (!remove_others(now, directory, removed)) return false;
  } while (removed > 0 && read_status(now.root, directory, status));
  clean_as_of_[directory] = modified_nanos_of(status);
  return true;
}

bool TreeRecord::remove_others(const Restoration& now, const std::string& directory,
                               std::size_t& removed) const {
  const UniqueFd fd(
      ::openat(now.root, directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return false;
  return for_each_entry(fd.get(), [&](const char* entry) {
    const std::string name = join(directory, entry);
    if (marks_.contains(name) || now.leave.contains(name)) return true;
    struct stat status{};
    const bool is_passage =
        passages_.contains(name) && read_status(now.root, name, status) && S_ISDIR(status.st_mode);
    if (is_passage) return true;
    remove_tree(now.directory / name);
    ++removed;
    return !read_status(now.root, name, status);
  });
}

}  // namespace mogura::blob
