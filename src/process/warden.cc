// The warden's register is one bit for each number that a process can have: enrolling and striking
// off need no memory and no search, however many children there are, and only the pages that are
// touched exist. The messages are numbers as well: g enrols the group g, -g strikes it off, 0 is
// the farewell.
//
//   child 4711        us              warden
//      +4711  ------------------------->  bit 4711 on
//      exec, works, ends
//                     -4711  ---------->  bit 4711 off
//                     (killed)  -- EOF -->  kill -9 of every group whose bit is on
#include "process/warden.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"
#include "process/signal_mask.h"

namespace mogura::process {
namespace {

using Message = std::int32_t;

constexpr Message kFarewell = 0;

/// One more than the largest number that Linux ever gives to a process (PID_MAX_LIMIT).
constexpr std::size_t kProcessNumbers = std::size_t{1} << 22U;
constexpr std::size_t kBitsPerWord = 64;
constexpr std::size_t kRegisterBytes = kProcessNumbers / 8;

void send_message(int socket, Message message) noexcept {
  // A warden that is gone (EPIPE) cannot be told anything: children then run without it.
  while (::send(socket, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

void note_in_register(std::uint64_t* bits, Message message) {
  const auto number = static_cast<std::size_t>(message < 0 ? -message : message);
  if (number >= kProcessNumbers) return;
  const std::uint64_t bit = std::uint64_t{1} << (number % kBitsPerWord);
  std::uint64_t& word = bits[number / kBitsPerWord];
  word = message > 0 ? word | bit : word & ~bit;
}

void kill_registered(const std::uint64_t* bits) {
  for (std::size_t word = 0; word < kProcessNumbers / kBitsPerWord; ++word) {
    for (std::uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
      const std::size_t bit = static_cast<std::size_t>(std::countr_zero(rest));
      ::kill(-static_cast<pid_t>(word * kBitsPerWord + bit), SIGKILL);
    }
  }
}

/// The warden's life. After a fork of a program with many threads: only async-signal-safe calls.
[[noreturn]] void keep_watch(int socket, std::uint64_t* bits) {
  ::setsid();  // out of reach of the terminal's Ctrl-C
  ::prctl(PR_SET_NAME, "mogura-warden");
  // It holds nothing open: neither the reader of our output nor a file system may wait for it.
  ::dup2(socket, STDIN_FILENO);
  ::close_range(STDOUT_FILENO, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(1);

  for (;;) {
    Message message = kFarewell;
    const ssize_t got = ::recv(STDIN_FILENO, &message, sizeof message, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got != static_cast<ssize_t>(sizeof message)) break;
    if (message == kFarewell) ::_exit(0);
    note_in_register(bits, message);
  }
  kill_registered(bits);
  ::_exit(0);
}

[[noreturn]] void warden_failure(const char* call) {
  throw RuntimeError(std::string("Cannot start the warden of child processes: ") + call + ": " +
                     ::strerrordesc_np(errno));
}

}  // namespace

void Warden::start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    warden_failure("socketpair");
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  void* bits = ::mmap(nullptr, kRegisterBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bits == MAP_FAILED) warden_failure("mmap");

  pid_t pid = -1;
  {
    // The warden inherits the mask and keeps it: only SIGKILL ends it, and none of our handlers
    // ever runs in it.
    const AllSignalsBlocked blocked;
    pid = ::fork();
    if (pid == 0) keep_watch(theirs.get(), static_cast<std::uint64_t*>(bits));
  }
  const int fork_error = errno;
  ::munmap(bits, kRegisterBytes);
  if (pid < 0) {
    errno = fork_error;
    warden_failure("fork");
  }
  pid_ = pid;
  socket_ = std::move(ours);
}

void Warden::stop() {
  if (pid_ < 0) return;
  send_message(socket_.get(), kFarewell);
  socket_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void Warden::enrol(pid_t group) const noexcept {
  send_message(socket_.get(), group);
}

void Warden::strike(pid_t group) const noexcept {
  send_message(socket_.get(), -group);
}

}  // namespace mogura::process
