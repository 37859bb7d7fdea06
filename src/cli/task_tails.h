// The last lines that each task printed, for the report of a failed run.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"

namespace mogura::cli {

/// The end of a stream of output, by lines.
class OutputTail {
 public:
  static constexpr std::size_t kMaxLines = 20;
  static constexpr std::size_t kMaxLineBytes = 500;

  void append(std::string_view bytes);
  /// The last lines, an unfinished one included; the rest of a long line is left out, and so is
  /// what would change the terminal instead of being shown by it.
  std::vector<std::string> lines() const;

 private:
  std::deque<std::string> finished_;
  std::string current_;
};

/// Keeps tails by task name. Any thread.
class TaskTails {
 public:
  /// A log that keeps the tail of `task_name` and passes everything on to `next`, which may be
  /// null.
  std::shared_ptr<TaskLog> open(const std::string& task_name, std::shared_ptr<TaskLog> next);
  /// Of the task's last run.
  std::vector<std::string> lines_of(const std::string& task_name) const;
  /// The task will not be asked about again.
  void forget(const std::string& task_name);

 private:
  friend class TailLog;
  struct Shared {
    mutable Mutex mutex;
    std::map<std::string, OutputTail> tails MOGURA_GUARDED_BY(mutex);
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace mogura::cli
