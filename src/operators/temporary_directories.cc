#include "operators/temporary_directories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/unique_fd.h"
#include "operators/random.h"

namespace mogura::operators {
namespace {

namespace fs = std::filesystem;

// More directories than commands at a time are never kept; this bounds what a burst leaves.
constexpr std::size_t kMaxKeptOfAFamily = 64;

Error file_error(const fs::path& file) {
  return Error("io", file.string() + ": " + std::strerror(errno));
}

void remove_quietly(const fs::path& directory) {
  // What cannot be removed is left behind: nothing depends on it, and nobody could act on the news.
  std::error_code ignored;
  fs::remove_all(directory, ignored);
}

// Replaces the content of a file of our own without passing through an empty file: ext4 flushes a
// file that was emptied and written again to the disk as soon as it is closed. A file that has
// another name elsewhere, or has become something else, is no longer ours: false, as for errors.
bool replace_content(int fd, std::string_view bytes) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return false;
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
    errno = EPERM;
    return false;
  }
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  const auto size = static_cast<off_t>(bytes.size());
  return status.st_size <= size || ::ftruncate(fd, size) == 0;
}

bool blank(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return fd && replace_content(fd.get(), "\n");
}

std::optional<timespec> modified_at(const fs::path& directory) {
  struct stat status{};
  if (::lstat(directory.c_str(), &status) != 0) return std::nullopt;
  return status.st_mtim;
}

bool same(const timespec& one, const timespec& other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

}  // namespace

TemporaryDirectories::~TemporaryDirectories() {
  for (const auto& [project, by_kind] : kept_) {
    for (const auto& [kind, directories] : by_kind) {
      for (const Kept& kept : directories) remove_quietly(project / kept.project_relative);
    }
  }
}

std::set<std::string> TemporaryDirectories::kept_in(const fs::path& project_path) {
  std::set<std::string> names;
  const MutexLock lock(mutex_);
  const auto project = kept_.find(project_path);
  if (project == kept_.end()) return names;
  for (const auto& [kind, directories] : project->second) {
    for (const Kept& kept : directories) names.insert(kept.project_relative.string());
  }
  return names;
}

void TemporaryDirectories::project_moved(const fs::path& from, const fs::path& to) {
  const MutexLock lock(mutex_);
  auto moved = kept_.extract(from);
  if (!moved) return;
  moved.key() = to;
  kept_.insert(std::move(moved));
}

void TemporaryDirectories::project_removed(const fs::path& project_path) {
  const MutexLock lock(mutex_);
  kept_.erase(project_path);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectories& all, const fs::path& project_path,
                                       std::string_view kind, std::int64_t task_id)
    : all_(all), project_path_(project_path), kind_(kind) {
  project_relative_ =
      fs::path(".digdag") / "tmp" / fmt::format("{}-{}-{}", kind, task_id, random_number());
  path_ = project_path / project_relative_;
  if (!take_kept()) make();
}

bool TemporaryDirectory::take_kept() {
  TemporaryDirectories::Kept kept;
  {
    const MutexLock lock(all_.mutex_);
    auto& family = all_.kept_[project_path_][kind_];
    if (family.empty()) return false;
    kept = std::move(family.back());
    family.pop_back();
  }
  // Under a name that nobody knows yet: who still has the old one finds nothing there.
  const fs::path earlier = project_path_ / kept.project_relative;
  if (::rename(earlier.c_str(), path_.c_str()) != 0) return false;
  earlier_files_ = std::move(kept.files);
  complete_as_of_ = kept.complete_as_of;
  return true;
}

void TemporaryDirectory::make() {
  std::error_code error;
  fs::create_directories(path_.parent_path(), error);
  if (error) {
    throw Error("io", path_.parent_path().string() + ": " + std::strerror(error.value()));
  }
  if (::mkdir(path_.c_str(), 0700) != 0) throw file_error(path_);
}

TemporaryDirectory::~TemporaryDirectory() {
  // Secrets in the files must not outlive the command either.
  files_.insert(files_.end(), earlier_files_.begin(), earlier_files_.end());
  if (clear()) {
    const MutexLock lock(all_.mutex_);
    auto& family = all_.kept_[project_path_][kind_];
    if (family.size() < kMaxKeptOfAFamily) {
      family.push_back({project_relative_, std::move(files_), complete_as_of_});
      return;
    }
  }
  remove_quietly(path_);
}

// Leaves nothing but our files, without content; whether that worked.
bool TemporaryDirectory::clear() {
  const std::optional<timespec> modified = modified_at(path_);
  if (!modified) return false;
  const bool has_just_our_files = complete_as_of_ && same(*complete_as_of_, *modified);
  if (!has_just_our_files && !remove_other_files(*modified)) return false;
  return std::ranges::all_of(files_, [&](const std::string& name) { return blank(path_ / name); });
}

// The directory is dated back by a second: as file systems count time in steps of some
// milliseconds, a later change would not show else, if it came soon.
bool TemporaryDirectory::remove_other_files(timespec modified) {
  --modified.tv_sec;
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, modified};
  if (::utimensat(AT_FDCWD, path_.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) return false;
  complete_as_of_ = modified_at(path_);
  std::error_code error;
  std::size_t found = 0;
  for (fs::directory_iterator entry(path_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (std::ranges::find(files_, entry->path().filename().string()) != files_.end()) {
      ++found;
    } else if (::unlink(entry->path().c_str()) != 0) {
      return false;
    }
  }
  return !error && found == files_.size();
}

void TemporaryDirectory::write(std::string_view name, std::string_view bytes) {
  const fs::path file = path_ / name;
  const auto earlier = std::ranges::find(earlier_files_, name);
  const int creation = earlier == earlier_files_.end() ? O_CREAT | O_EXCL : O_NOFOLLOW | O_NONBLOCK;
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC | creation, 0600));
  if (!fd || !replace_content(fd.get(), bytes)) throw file_error(file);
  if (earlier != earlier_files_.end()) earlier_files_.erase(earlier);
  files_.emplace_back(name);
}

void TemporaryDirectory::forget_earlier_files() {
  while (!earlier_files_.empty()) {
    const fs::path file = path_ / earlier_files_.back();
    if (::unlink(file.c_str()) != 0) throw file_error(file);
    earlier_files_.pop_back();
  }
}

}  // namespace mogura::operators
