// The state files of `run`, in Digdag's format, so that a run begun with one program can be resumed
// with the other (cli.md §12.3.4, §12.3.5).
//
//   .digdag/status/20260301T000000+0000/+wf+a.yml
//
// A file says that the task succeeded and with what result. Where the name of the task is too long
// for a file's name, its end gives way to a digest of the whole: `+wf+a...~0f1e2d3c4b5a6978.yml`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/clock.h"
#include "base/error.h"
#include "calendar/time_zone.h"
#include "engine/result.h"

namespace mogura::cli {

/// A file's text.
std::string status_text(const std::string& task_name, const engine::TaskResult& result);

/// The result in a file's text; absent for a task that did not succeed. Throws Error where the text
/// is not of the format.
std::optional<engine::TaskResult> parse_status(std::string_view text);

/// The files of one session. Which of them there are is looked up once, when this is made: to ask
/// the directory for each of many tasks costs more than to run them.
class StatusFiles {
 public:
  explicit StatusFiles(std::filesystem::path directory);

  const std::filesystem::path& directory() const { return directory_; }

  /// The saved result; absent where there is none. A file that cannot be read or understood counts
  /// as absent, with a warning.
  std::optional<engine::TaskResult> read(const std::string& task_name) const;

  /// Replaces the file atomically. Throws Error of kind "io".
  void write(const std::string& task_name, const engine::TaskResult& result) const;

 private:
  std::filesystem::path path_of(const std::string& task_name) const;

  std::filesystem::path directory_;
  std::unordered_set<std::string> names_;
};

/// The name of a session's directory: its time in the workflow's zone.
std::string session_directory(Instant session_time, const calendar::TimeZone& zone);

/// The latest session below `state_directory` that holds the state of a task of this workflow,
/// other than its root; absent where there is none. Names that are no times are passed over.
std::optional<Instant> last_saved_session(const std::filesystem::path& state_directory,
                                          const std::string& workflow);

}  // namespace mogura::cli
