#include "cli/rotating_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "cli/files.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

/// Whether all of it was written.
bool compress_file(const fs::path& from, const fs::path& to) {
  const UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) return false;
  gzFile target = ::gzopen(to.c_str(), "wbe");
  if (target == nullptr) return false;
  std::vector<char> buffer(256 * 1024);
  bool good = true;
  for (;;) {
    const ssize_t count = ::read(source.get(), buffer.data(), buffer.size());
    if (count == 0) break;
    good = count > 0 && ::gzwrite(target, buffer.data(), static_cast<unsigned>(count)) == count;
    if (!good) break;
  }
  return ::gzclose(target) == Z_OK && good;
}

}  // namespace

RotatingFile::RotatingFile(fs::path path, std::uint64_t max_bytes)
    : path_(std::move(path)), max_bytes_(max_bytes) {
  if (path_.has_parent_path()) make_directories(path_.parent_path());
  open();
  if (!fd_) throw Error("io", path_.string() + ": " + std::strerror(errno));
}

void RotatingFile::append(std::string_view line) {
  if (size_ > 0 && size_ + line.size() > max_bytes_) rotate();
  if (!fd_) return;
  while (!line.empty()) {
    const ssize_t written = ::write(fd_.get(), line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
}

void RotatingFile::open() {
  UniqueFd opened(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!opened && fd_) return;
  fd_ = std::move(opened);
  struct stat status{};
  size_ = fd_ && ::fstat(fd_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void RotatingFile::rotate() {
  std::error_code ignored;
  for (int number = kGenerations - 1; number >= 1; --number) {
    fs::rename(generation(number), generation(number + 1), ignored);
  }
  // Where the copy fails the file goes on growing: better a large log than a lost one.
  if (!compress_file(path_, generation(1))) return;
  fs::remove(path_, ignored);
  fd_.reset();
  open();
}

fs::path RotatingFile::generation(int number) const {
  return path_.string() + "." + std::to_string(number) + ".gz";
}

}  // namespace mogura::cli
