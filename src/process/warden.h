// The warden: a small process that outlives us for a moment, to kill the children that we leave
// behind when we die without a chance to do it ourselves (kill -9, out of memory).
//
// It waits at one end of a socket. Each child enrols its process group there itself, before it
// becomes another program, and we strike the group off when it has ended. When the other end closes
// without a farewell we are dead: the warden kills what is still enrolled, and ends.
#pragma once

#include <sys/types.h>

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
  /// Dismisses it, with nobody killed, and reaps it. Safe to call twice.
  void stop();

  /// Enrols a process group. For the child between fork and exec: only async-signal-safe calls.
  void enrol(pid_t group) const noexcept;
  /// Strikes a group off, before anybody else can bear its number.
  void strike(pid_t group) const noexcept;

 private:
  UniqueFd socket_;
  pid_t pid_ = -1;
};

}  // namespace mogura::process
