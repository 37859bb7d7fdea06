#include "process/descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace mogura::process {
namespace {

/// A running child costs the read end of its output and its pidfd.
constexpr rlim_t kDescriptorsPerChild = 2;

/// Left for connections, databases and files: half of a small limit, this much of a large one.
constexpr rlim_t kReservedDescriptors = 512;

}  // namespace

void open_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is given out, which is `fd`, since all below are open.
    if (::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0) {
      throw RuntimeError(std::string("Cannot open /dev/null: ") + ::strerrordesc_np(errno));
    }
  }
}

rlimit raise_descriptor_limit() {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit raised{.rlim_cur = before.rlim_max, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &raised);
  return before;
}

std::size_t child_capacity() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t reserved = std::min(kReservedDescriptors, limit.rlim_cur / 2);
  return std::max<std::size_t>(1, (limit.rlim_cur - reserved) / kDescriptorsPerChild);
}

}  // namespace mogura::process
