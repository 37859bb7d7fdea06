#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "blob/log_files.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

Error log_io_error(const fs::path& path, int error_number) {
  return {"io", path.string() + ": " + std::strerror(error_number)};
}

UniqueFd open_to_write(const fs::path& path) {
  static constexpr int kFlags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd file(::open(path.c_str(), kFlags, 0666));
  if (!file && errno == ENOENT) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) throw log_io_error(path.parent_path(), error.value());
    file = UniqueFd(::open(path.c_str(), kFlags, 0666));
  }
  if (!file) throw log_io_error(path, errno);
  return file;
}

}  // namespace

fs::path LogsInDirectory::directory_of(const AttemptLogs& logs) const {
  return root_ / log_directory_name(logs);
}

void LogsInDirectory::append(const AttemptLogs& logs, const std::string& name, std::uint64_t offset,
                             std::string_view bytes) {
  const fs::path path = directory_of(logs) / name;
  const UniqueFd file = open_to_write(path);
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno != EINTR) throw log_io_error(path, errno);
    if (written <= 0) continue;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

std::vector<StoredLog> LogsInDirectory::list(const AttemptLogs& logs) {
  std::vector<StoredLog> files;
  std::error_code error;
  fs::directory_iterator entry(directory_of(logs), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const std::uintmax_t bytes = entry->file_size(gone);
    if (!gone) files.push_back({.name = entry->path().filename().string(), .bytes = bytes});
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw log_io_error(directory_of(logs), error.value());
  }
  return files;
}

std::optional<std::string> LogsInDirectory::read(const AttemptLogs& logs, const std::string& name,
                                                 std::uint64_t offset) {
  const fs::path path = directory_of(logs) / name;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ENAMETOOLONG)) return std::nullopt;
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) throw log_io_error(path, errno);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string bytes(size > offset ? size - offset : 0, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pread(file.get(), bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw log_io_error(path, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

void LogsInDirectory::remove(const AttemptLogs& logs) {
  std::error_code error;
  fs::remove_all(directory_of(logs), error);
  if (error) throw log_io_error(directory_of(logs), error.value());
  // The day goes with its last attempt.
  fs::remove(directory_of(logs).parent_path(), error);
}

}  // namespace mogura::blob
