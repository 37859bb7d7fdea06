#include "secrets/text_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/error.h"
#include "base/unique_fd.h"
#include "value/utf8.h"

namespace mogura::secrets {
namespace {

[[noreturn]] void throw_file_error(std::string_view action, const std::filesystem::path& path) {
  const std::string reason = std::generic_category().message(errno);
  throw RuntimeError(fmt::format("Failed to {} {}: {}", action, path.string(), reason));
}

void write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_file_error("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Removes the file unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : path_(target.parent_path() / ("." + target.filename().string().substr(0, 100) + ".XXXXXX")),
        fd_(::mkstemp(path_.data())) {
    if (!fd_) throw_file_error("write", target);
  }
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int fd() const { return fd_.get(); }
  void rename_to(const std::filesystem::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) throw_file_error("write", target);
    path_.clear();
  }

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace

std::optional<std::string> read_text_file(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return std::nullopt;
    throw_file_error("read", path);
  }
  std::string content;
  for (;;) {
    constexpr std::size_t kChunk = 4096;
    const std::size_t size = content.size();
    content.resize(size + kChunk);
    const ssize_t count = ::read(fd.get(), content.data() + size, kChunk);
    content.resize(size + static_cast<std::size_t>(count < 0 ? 0 : count));
    if (count == 0) return value::valid_utf8(content);
    if (count < 0 && errno != EINTR) throw_file_error("read", path);
    if (content.size() > kMaxTextFileBytes) {
      throw RuntimeError(
          fmt::format("Failed to read {}: larger than {} bytes", path.string(), kMaxTextFileBytes));
    }
  }
}

void replace_private_file(const std::filesystem::path& path, std::string_view content) {
  TemporaryFile file(path);
  write_all(file.fd(), content, path);
  if (::fsync(file.fd()) != 0) throw_file_error("write", path);
  file.rename_to(path);
}

}  // namespace mogura::secrets
