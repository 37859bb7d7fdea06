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

// Replaces the content without passing through an empty file: ext4 flushes a file that was emptied
// and written again to the disk as soon as it is closed.
bool replace_content(int fd, std::string_view bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::ftruncate(fd, static_cast<off_t>(bytes.size())) == 0;
}

// A file that has another name elsewhere, or has become something else, is no longer ours alone.
bool is_ours_alone(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

bool blank(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return fd && is_ours_alone(fd.get()) && replace_content(fd.get(), "\n");
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
      family.push_back({project_relative_, std::move(files_)});
      return;
    }
  }
  remove_quietly(path_);
}

// Leaves nothing but our files, without content; whether that worked.
bool TemporaryDirectory::clear() {
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
  return !error && found == files_.size() &&
         std::ranges::all_of(files_, [&](const std::string& name) { return blank(path_ / name); });
}

void TemporaryDirectory::write(std::string_view name, std::string_view bytes) {
  const fs::path file = path_ / name;
  const auto earlier = std::ranges::find(earlier_files_, name);
  const int creation = earlier == earlier_files_.end() ? O_CREAT | O_EXCL : O_NOFOLLOW;
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
