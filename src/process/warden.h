// The warden: a small process that outlives us for a moment, to kill the children that we leave
// behind when we die without a chance to do it ourselves (kill -9, out of memory).
//
// A register of process groups lies in memory that it shares with us. Each child enters its group
// there itself, before it becomes another program, and we strike the group off when it has ended.
// The warden sleeps at one end of a pipe. When the other end closes we are dead: the warden kills
// what is still in the register, and ends.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/unique_fd.h"

namespace mogura::process {

class Warden {
 public:
  Warden() = default;
  ~Warden() { stop(); }
  Warden(const Warden&) = delete;
  Warden& operator=(const Warden&) = delete;

  /// Forks the warden. Throws RuntimeError.
  void start();
  /// Ends it without killing anybody else, and reaps it. Safe to call twice.
  void stop();

  /// Enters a process group into the register. Fit for a child between fork and exec.
  void enrol(pid_t group) const noexcept;
  /// Strikes a group off, before anybody else can bear its number.
  void strike(pid_t group) const noexcept;

 private:
  UniqueFd pipe_;
  pid_t pid_ = -1;
  std::uint64_t* register_ = nullptr;
};

}  // namespace mogura::process
