// What mogura says at the end of a run: counts, each failure with the last lines of its task, and
// the command that goes on from there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/run_summary.h"

namespace mogura::cli {

struct ReportedFailure {
  FailedTask task;
  std::vector<std::string> last_output;
};

struct RunReport {
  std::string workflow;
  std::string session_time;     // with its offset
  std::size_t succeeded = 0;    // tasks with an operator
  std::size_t reused = 0;       // of them, those that had succeeded before
  std::size_t states_lost = 0;  // could not be saved
  Duration elapsed{};
  std::vector<ReportedFailure> failures;
  bool was_interrupted = false;
  std::optional<std::string> state_directory;
  std::string resume_command;
};

std::string report_text(const RunReport& report);
/// The same for programs: a line of the log as JSON, with the facts in its field `summary`.
std::string report_json(const RunReport& report, Instant now);

/// The command line that runs the same session again, quoted for a shell.
std::string resume_command(const Program& program, const Arguments& arguments,
                           const std::string& session_time);

/// A word as a POSIX shell takes it.
std::string shell_word(const std::string& word);

}  // namespace mogura::cli
