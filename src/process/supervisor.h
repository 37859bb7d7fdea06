// Child processes: one thread supervises all of them.
//
// Each child leads a process group of its own. Its standard output and error are one pipe, handed
// on as they come; its end is seen by a pidfd, so no number is ever mistaken for another process.
// When this process dies, however it dies, a warden process kills what is left of all groups.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "process/inherited_environment.h"

namespace mogura::process {

/// The program of a request cannot be run: there is none of that name, or it is no program, or may
/// not be executed. Another program in its place would help.
class ProgramError : public Error {
 public:
  using Error::Error;
};

struct SpawnRequest {
  std::vector<std::string> argv;  // argv[0] is looked up on the child's PATH
  /// Names and values; the last of equals counts, over what is inherited.
  std::vector<std::pair<std::string, std::string>> environment;
  std::filesystem::path directory;                  // empty: ours
  const InheritedEnvironment* inherited = nullptr;  // null: nothing
};

/// What a child reports, on the supervisor's thread, and maybe before spawn() has returned. A
/// callback may call spawn() and terminate(), but must neither call stop() nor throw.
struct ChildCallbacks {
  /// Bytes of standard output and error in the order of writing. Must not block for long: all
  /// children wait meanwhile. A slow receiver slows the child down, it never costs memory.
  std::function<void(std::string_view)> output;
  /// The exit status, 128 + n after signal n. Once, after all output (until end of file on the
  /// pipe, which a background grandchild may delay, runtime.md §3).
  std::function<void(int)> exited;
};

using ChildId = std::uint64_t;

class Supervisor {
 public:
  struct Options {
    std::chrono::milliseconds kill_grace{10'000};  // between SIGTERM and SIGKILL
    /// SIGTERM comes no earlier after the start, as a program needs a moment to prepare for it.
    std::chrono::milliseconds start_grace{1'000};
  };

  explicit Supervisor(Options options);
  ~Supervisor();  // stop()

  /// Starts the supervising thread and the warden. Also puts this process in order for children:
  /// opens standard descriptors that are closed, raises the limit of open files, and makes exit
  /// statuses be kept. Throws RuntimeError.
  void start();
  /// Terminates what still runs, without a start grace, waits for the last `exited`, ends the
  /// thread. Safe to call twice.
  void stop();

  /// Starts a child with /dev/null as standard input; returns when it has become its program.
  /// Throws Error of kind "io" that names the program and the cause where it cannot be started;
  /// ProgramError where the program is the cause. From any thread.
  ChildId spawn(const SpawnRequest& request, ChildCallbacks callbacks);
  /// SIGTERM to the child's group, SIGKILL after the kill grace. `exited` comes when nobody is left
  /// in the group, though what has left the group may live on. Does nothing where the child has
  /// ended. From any thread; does not wait.
  void terminate(ChildId child);
  /// The same, but SIGKILL comes after `at_most`, whatever the graces say, and also where
  /// terminate() has begun to wait.
  void terminate_within(ChildId child, std::chrono::milliseconds at_most);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::process
