#include "workflow/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/unique_fd.h"

namespace mogura::workflow {

std::filesystem::path absolute_path(const std::filesystem::path& path) {
  const std::filesystem::path normal = std::filesystem::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

void fail_to_read(const std::filesystem::path& path, int error_number) {
  const std::string name = path.string();
  if (error_number == ENOENT) throw NoSuchFile(name);
  if (error_number == EACCES || error_number == EPERM) throw FileError("access denied", name);
  if (error_number == ENOTDIR) throw FileError("not directory", name);
  throw FileError("io", fmt::format("{}: {}", name, std::generic_category().message(error_number)));
}

std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  constexpr std::size_t kPieceBytes = 64u << 10;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) fail_to_read(path, errno);
  std::string bytes;
  while (bytes.size() <= max_bytes) {
    const std::size_t size = bytes.size();
    bytes.resize(size + std::min(kPieceBytes, max_bytes + 1 - size));
    const ssize_t count = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno != EINTR) fail_to_read(path, errno);
    bytes.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) break;
  }
  return bytes;
}

}  // namespace mogura::workflow
