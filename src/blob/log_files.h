// Where the bytes of log files lie. The bytes are gzip, one member a file; what is being written
// may end anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "blob/log_names.h"
#include "store/log_chunks.h"

namespace mogura::blob {

struct StoredLog {
  std::string name;
  std::uint64_t bytes = 0;
};

/// Any thread. All functions throw Error of kind "io", or what the database throws.
class LogFiles {
 public:
  virtual ~LogFiles() = default;

  /// Adds to a file, which is made where it is missing; `offset` is what the file has by now. The
  /// same again changes nothing. Only one caller writes a file.
  virtual void append(const AttemptLogs& logs, const std::string& name, std::uint64_t offset,
                      std::string_view bytes) = 0;
  /// In any order; files of other makers among them.
  virtual std::vector<StoredLog> list(const AttemptLogs& logs) = 0;
  /// What follows the first `offset` bytes; absent where there is no such file.
  virtual std::optional<std::string> read(const AttemptLogs& logs, const std::string& name,
                                          std::uint64_t offset) = 0;
  virtual void remove(const AttemptLogs& logs) = 0;
};

/// `log-server.type = local`: Digdag's directories and names below one directory, which is made
/// with the first log.
class LogsInDirectory : public LogFiles {
 public:
  explicit LogsInDirectory(std::filesystem::path root) : root_(std::move(root)) {}

  void append(const AttemptLogs& logs, const std::string& name, std::uint64_t offset,
              std::string_view bytes) override;
  std::vector<StoredLog> list(const AttemptLogs& logs) override;
  std::optional<std::string> read(const AttemptLogs& logs, const std::string& name,
                                  std::uint64_t offset) override;
  void remove(const AttemptLogs& logs) override;

 private:
  std::filesystem::path directory_of(const AttemptLogs& logs) const;

  const std::filesystem::path root_;
};

/// `log-server.type = database`: beside the attempts, for servers that share no directory.
class LogsInDatabase : public LogFiles {
 public:
  /// `chunks` lives longer.
  explicit LogsInDatabase(store::LogChunks& chunks) : chunks_(chunks) {}

  void append(const AttemptLogs& logs, const std::string& name, std::uint64_t offset,
              std::string_view bytes) override {
    chunks_.append_log(logs.attempt, name, offset, bytes);
  }
  std::vector<StoredLog> list(const AttemptLogs& logs) override {
    std::vector<StoredLog> files;
    for (store::LogChunks::File& file : chunks_.list_logs(logs.attempt)) {
      files.push_back({.name = std::move(file.name), .bytes = file.bytes});
    }
    return files;
  }
  std::optional<std::string> read(const AttemptLogs& logs, const std::string& name,
                                  std::uint64_t offset) override {
    return chunks_.read_log(logs.attempt, name, offset);
  }
  void remove(const AttemptLogs& logs) override { chunks_.delete_logs(logs.attempt); }

 private:
  store::LogChunks& chunks_;
};

}  // namespace mogura::blob
