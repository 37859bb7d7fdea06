// Everything that exec needs, laid out while memory may still be allocated.
//
// Between vfork and exec a child shares our memory and may call only async-signal-safe functions.
// So the places where its program may lie, its arguments and its environment are prepared here, and
// the child only walks through them.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "process/supervisor.h"

namespace mogura::process {

/// What a child was doing when it failed to become its program.
enum class SpawnStep : int { prepare, enter_directory, execute };

struct SpawnFailure {
  SpawnStep step;
  int error;  // errno
};

class ExecPlan {
 public:
  /// Throws Error of kind "io" where the request cannot be passed to a program at all: an empty
  /// command, a NUL character, a name of a variable that is empty or holds '='. `request` must
  /// outlive the plan.
  explicit ExecPlan(const SpawnRequest& request);
  ExecPlan(const ExecPlan&) = delete;
  ExecPlan& operator=(const ExecPlan&) = delete;

  /// The directory to enter; empty: stay.
  const char* directory() const { return request_.directory.c_str(); }

  /// Becomes the program: the first on the child's PATH that can be executed. A file that is
  /// executable but of no known format is a script of /bin/sh. Returns errno, after failing. For
  /// the child: only async-signal-safe calls.
  int execute() noexcept;

  /// Throws the error for the reader, which names the program, the directory and the cause:
  /// ProgramError where the program is the cause, else Error.
  [[noreturn]] void fail(SpawnFailure failure) const;

 private:
  int execute_file(char* file) noexcept;
  std::string missing_interpreter() const;
  std::string cause_of(SpawnFailure failure) const;

  void lay_out_environment();

  const SpawnRequest& request_;
  std::vector<std::string> files_;      // where the program may lie, in order
  std::vector<std::string> variables_;  // "NAME=VALUE" of the request's own, no name twice
  std::vector<char*> argv_;
  std::vector<char*> shell_argv_;  // /bin/sh FILE ARGUMENT...
  std::vector<char*> envp_;        // what is inherited and not the request's own, then that
};

}  // namespace mogura::process
