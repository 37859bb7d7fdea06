// The lines of task logs as `log` shows them (cli.md §14.11).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "value/value.h"

namespace mogura::cli {

/// Follows one log file while it grows.
class LogLines {
 public:
  explicit LogLines(bool with_debug) : with_debug_(with_debug) {}

  /// The lines, without line ends, that are new in the file's whole text. A last line without an
  /// end is left for later, unless the text is complete. Without debug lines, what is below INFO is
  /// left out; a line without a level goes the way of the one in front of it.
  std::vector<std::string_view> take_new(std::string_view text, bool is_complete);

 private:
  bool is_shown(std::string_view line);

  const bool with_debug_;
  std::size_t taken_ = 0;  // bytes of the text
  bool shows_ = true;
};

/// A file in a server's list of logs.
struct ListedLog {
  std::string name;
  std::string task;
  std::string time;  // of its beginning, ISO
  std::int64_t size = 0;
  std::string direct;  // its address outside of the API, or empty
};

/// The files of an answer in the order of reading: task after task as they began, which the names
/// of files tell more exactly than their times do, and each task's in the server's order. Throws
/// RuntimeError for an answer that is no list of files.
std::vector<ListedLog> logs_in_order(const Value& answer);

}  // namespace mogura::cli
