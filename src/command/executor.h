// A command line that a task runs: sh>, py>, rb>, embulk> (runtime.md §2).
//
// An executor starts a command and reports its end; nothing waits in between. Where a command runs
// is the executor's affair: here as a process of this machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace mogura::command {

/// The command's program is missing or cannot be executed where the command would run: another one
/// has to be named or installed.
class ProgramMissing : public Error {
 public:
  using Error::Error;
};

/// Names and values; of equal names the last counts.
using Environment = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::vector<std::string> argv;
  Environment environment;               // added to the executor's own
  std::filesystem::path project_path;    // absolute
  std::filesystem::path work_directory;  // relative to the project; empty: the project itself
  std::filesystem::path io_directory;    // relative to the project
};

struct Finished {
  int status_code = 0;        // 128 + n after signal n
  std::string error_message;  // what the executor itself has to say, if anything
};

struct Callbacks {
  std::function<void(std::string_view)> output;  // bytes as they appear
  std::function<void(Finished)> finished;        // once, after all output
};

using CommandId = std::uint64_t;

class Executor {
 public:
  virtual ~Executor() = default;
  /// Starts the command; the callbacks come from another thread. Throws Error where it cannot
  /// start, ProgramMissing where its program is the cause.
  virtual CommandId start(const Request& request, Callbacks callbacks) = 0;
  /// Ends the command: politely, then by force. `finished` is still called.
  virtual void cancel(CommandId command) = 0;
  /// The same, by force as soon as `at_most` is over: then nothing of it runs any more.
  virtual void cancel_within(CommandId command, std::chrono::milliseconds at_most) = 0;
};

}  // namespace mogura::command
