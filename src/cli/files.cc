#include "cli/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/unique_fd.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

Error io_error(std::string_view path, int error) {
  return Error("io", std::string(path) + ": " + std::strerror(error));
}

void write_and_close(UniqueFd fd, const fs::path& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd.get(), content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      throw io_error(path.native(), errno);
    }
  }
  // A full disk may show only now.
  if (::close(fd.release()) != 0) throw io_error(path.native(), errno);
}

void write_whole_file(const fs::path& path, std::string_view content) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd) throw io_error(path.native(), errno);
  write_and_close(std::move(fd), path, content);
}

}  // namespace

std::string read_descriptor(int fd, std::string_view name) {
  std::string content;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count == 0) return content;
    if (count > 0) {
      content.append(buffer, static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      throw io_error(name, errno);
    }
  }
}

std::optional<std::string> read_file_if_present(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw io_error(path.native(), errno);
  }
  return read_descriptor(fd.get(), path.native());
}

std::string read_file(const fs::path& path) {
  std::optional<std::string> content = read_file_if_present(path);
  if (!content) throw NoSuchFile(path.string());
  return std::move(*content);
}

void write_file(const fs::path& path, std::string_view content, Durability durability) {
  if (durability == Durability::replaced_in_place) {
    write_whole_file(path, content);
    return;
  }
  // Hidden, so that no listing takes it for one of the directory's own files; short, so that the
  // file's own name may be as long as a name can be.
  static std::atomic<std::uint64_t> written;
  const fs::path temporary = path.parent_path() / ("." + std::to_string(::getpid()) + "." +
                                                   std::to_string(++written) + ".new");
  try {
    write_whole_file(temporary, content);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw io_error(path.native(), errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

bool write_new_file(const fs::path& path, std::string_view content) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd && errno == EEXIST) return false;
  if (!fd) throw io_error(path.native(), errno);
  try {
    write_and_close(std::move(fd), path, content);
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
  return true;
}

void make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw io_error(path.native(), error.value());
}

fs::path absolute_path(const fs::path& path) {
  fs::path absolute = fs::absolute(path).lexically_normal();
  if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
  return absolute;
}

}  // namespace mogura::cli
