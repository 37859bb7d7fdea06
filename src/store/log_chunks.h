// Task logs kept in the database: each file a row of portions (`log-server.type = database`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace mogura::store {

/// Any thread.
class LogChunks {
 public:
  virtual ~LogChunks() = default;

  struct File {
    std::string name;
    std::uint64_t bytes = 0;  // of all its portions
  };

  /// Adds a portion to a file of this attempt, which is made where it is missing; `offset` is what
  /// the file has by now. The same portion again changes nothing. Only one caller writes a file.
  virtual void append_log(AttemptId attempt, const std::string& name, std::uint64_t offset,
                          std::string_view bytes) = 0;
  /// In any order.
  virtual std::vector<File> list_logs(AttemptId attempt) = 0;
  /// All portions, one after the other, without the first `offset` bytes; absent where there is no
  /// such file.
  virtual std::optional<std::string> read_log(AttemptId attempt, const std::string& name,
                                              std::uint64_t offset) = 0;
  virtual void delete_logs(AttemptId attempt) = 0;
};

}  // namespace mogura::store
