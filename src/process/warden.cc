// The register is one bit for each number that a process can have: entering and striking off is one
// atomic operation, needs no memory and wakes nobody, and of the pages only those that are touched
// exist.
//
//   child 4711              us                      warden
//     bit 4711 on                                   sleeps
//     exec, works, ends
//                           bit 4711 off            sleeps
//                           (killed)  -- EOF -->    kill -9 of every group whose bit is on
#include "process/warden.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
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

/// One more than the largest number that Linux ever gives to a process (PID_MAX_LIMIT).
constexpr std::size_t kProcessNumbers = std::size_t{1} << 22U;
constexpr std::size_t kBitsPerWord = 64;
constexpr std::size_t kRegisterBytes = kProcessNumbers / 8;

// The register is shared by processes, which no lock could be.
static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);

std::atomic_ref<std::uint64_t> word_of(std::uint64_t* bits, pid_t group) {
  return std::atomic_ref(bits[static_cast<std::size_t>(group) / kBitsPerWord]);
}

std::uint64_t bit_of(pid_t group) {
  return std::uint64_t{1} << (static_cast<std::size_t>(group) % kBitsPerWord);
}

void kill_registered(std::uint64_t* bits) {
  for (std::size_t word = 0; word < kProcessNumbers / kBitsPerWord; ++word) {
    for (std::uint64_t rest = std::atomic_ref(bits[word]).load(); rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
      ::kill(-static_cast<pid_t>(word * kBitsPerWord + bit), SIGKILL);
    }
  }
}

/// The warden's life. After a fork of a program with many threads: only async-signal-safe calls.
[[noreturn]] void keep_watch(int pipe, std::uint64_t* bits) {
  ::setsid();  // out of reach of the terminal's Ctrl-C
  ::prctl(PR_SET_NAME, "mogura-warden");
  // It holds nothing open: neither the reader of our output nor a file system may wait for it.
  ::dup2(pipe, STDIN_FILENO);
  ::close_range(STDOUT_FILENO, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(1);

  char nothing = 0;
  while (::read(STDIN_FILENO, &nothing, sizeof nothing) < 0 && errno == EINTR) {
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
  if (::pipe2(ends, O_CLOEXEC) != 0) warden_failure("pipe2");
  const UniqueFd theirs(ends[0]);
  UniqueFd ours(ends[1]);
  void* const bits = ::mmap(nullptr, kRegisterBytes, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bits == MAP_FAILED) warden_failure("mmap");
  register_ = static_cast<std::uint64_t*>(bits);

  // The warden inherits the mask and keeps it: only SIGKILL ends it, and none of our handlers ever
  // runs in it.
  const AllSignalsBlocked blocked;
  pid_ = ::fork();
  if (pid_ == 0) keep_watch(theirs.get(), register_);
  if (pid_ < 0) warden_failure("fork");
  pipe_ = std::move(ours);
}

void Warden::stop() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
  pipe_.reset();
  if (register_ != nullptr) ::munmap(register_, kRegisterBytes);
  register_ = nullptr;
}

void Warden::enrol(pid_t group) const noexcept {
  word_of(register_, group).fetch_or(bit_of(group));
}

void Warden::strike(pid_t group) const noexcept {
  word_of(register_, group).fetch_and(~bit_of(group));
}

}  // namespace mogura::process
