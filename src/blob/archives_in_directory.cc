#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "blob/archive_files.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

Error archive_file_error(const std::string& path, int error_number) {
  return {"io", "Archive file " + path + ": " + std::strerror(error_number)};
}

// What was made in the directory survives a power cut.
bool sync_directory(const fs::path& directory) {
  const UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && ::fsync(opened.get()) == 0;
}

// Makes the directory below `parent`, which is made as well.
void make_archive_directory(const fs::path& directory, const std::string& path) {
  std::error_code error;
  const bool is_new = fs::create_directories(directory, error);
  if (error) throw archive_file_error(path, error.value());
  if (is_new && !sync_directory(directory.parent_path())) throw archive_file_error(path, errno);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string read_all(int file, const std::string& path) {
  struct stat status{};
  if (::fstat(file, &status) != 0) throw archive_file_error(path, errno);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw archive_file_error(path, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

void ArchivesInDirectory::put(const std::string& path, std::string_view bytes) {
  if (get(path) == bytes) return;
  const fs::path target = root_ / path;
  make_archive_directory(incoming(), path);
  make_archive_directory(target.parent_path(), path);
  std::string temporary = (incoming() / "XXXXXX").string();
  const UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) throw archive_file_error(path, errno);
  const bool is_there = write_all(file.get(), bytes) && ::fsync(file.get()) == 0 &&
                        ::rename(temporary.c_str(), target.c_str()) == 0 &&
                        sync_directory(target.parent_path());
  if (is_there) return;
  const int problem = errno;
  ::unlink(temporary.c_str());
  throw archive_file_error(path, problem);
}

std::optional<std::string> ArchivesInDirectory::get(const std::string& path) {
  const UniqueFd file(::open((root_ / path).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file) return read_all(file.get(), path);
  if (errno == ENOENT) return std::nullopt;
  throw archive_file_error(path, errno);
}

void ArchivesInDirectory::erase(const std::string& path) {
  if (::unlink((root_ / path).c_str()) != 0 && errno != ENOENT) {
    throw archive_file_error(path, errno);
  }
}

void ArchivesInDirectory::erase_leftovers(Instant before) {
  std::error_code error;
  fs::directory_iterator entry(incoming(), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) != 0) continue;
    const Instant written{std::chrono::seconds(status.st_mtim.tv_sec)};
    if (written < before) ::unlink(entry->path().c_str());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw archive_file_error(incoming().filename().string(), error.value());
  }
}

}  // namespace mogura::blob
