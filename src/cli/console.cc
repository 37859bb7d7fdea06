#include "cli/console.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace mogura::cli {
namespace {

/// False where the other end is gone or takes no more.
bool write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{fd, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

Console::Console(int out_fd, int err_fd)
    : is_terminal_(::isatty(STDIN_FILENO) == 1 && ::isatty(out_fd) == 1),
      err_is_terminal_(::isatty(err_fd) == 1),
      out_{out_fd, ::isatty(out_fd) == 1},
      err_{err_fd, err_is_terminal_} {}

void Console::out(std::string_view text) {
  MutexLock lock(mutex_);
  write(out_, text);
}

void Console::err(std::string_view text) {
  MutexLock lock(mutex_);
  write(err_, text);
}

void Console::write(Stream& stream, std::string_view text) {
  if (text.empty() || !stream.is_open) return;
  if (live_area_ == nullptr || !stream.is_terminal) {
    stream.is_open = write_whole(stream.fd, text);
    return;
  }
  std::string framed;
  if (at_line_start_) framed += live_area_->erasing();
  framed += text;
  at_line_start_ = text.ends_with('\n');
  // A line that is still being written has no place below it; the area returns with its end.
  if (at_line_start_) framed += live_area_->drawing();
  stream.is_open = write_whole(stream.fd, framed);
}

void Console::set_live_area(LiveArea* area) {
  MutexLock lock(mutex_);
  live_area_ = area;
  at_line_start_ = true;
}

void Console::refresh() {
  MutexLock lock(mutex_);
  if (live_area_ == nullptr || !at_line_start_ || !out_.is_open) return;
  std::string frame(live_area_->erasing());
  frame += live_area_->drawing();
  out_.is_open = write_whole(out_.fd, frame);
}

}  // namespace mogura::cli
