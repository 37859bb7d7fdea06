// Log files of tasks (cli.md §8.5, runtime.md §10.2-10.4).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "operators/operator.h"

namespace mogura::cli {

/// Opens a compressed file for each run of a task:
/// `ROOT/2026-03-01/0.1main@20260301T000000+0000/+main+a@65920080075bcd15.42@host.log.gz`.
class TaskLogFiles {
 public:
  TaskLogFiles(std::filesystem::path root, std::string agent_id, const Clock& clock)
      : root_(std::move(root)), agent_id_(std::move(agent_id)), clock_(clock) {}

  /// The log of a run that starts now; written to its end when the last owner lets go of it. Where
  /// the file cannot be made the reason is logged and the log is null. Any thread.
  std::shared_ptr<TaskLog> open(const operators::TaskRequest& request) const;

 private:
  std::filesystem::path path_of(const operators::TaskRequest& request) const;

  const std::filesystem::path root_;
  const std::string agent_id_;
  const Clock& clock_;
};

}  // namespace mogura::cli
