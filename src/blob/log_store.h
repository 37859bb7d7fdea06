// The logs of tasks: written as output appears, listed and read while they grow (rest-api.md §11,
// runtime.md §10).
//
//   LogStore logs(std::make_unique<LogsInDirectory>(root), {.agent = "42@host"}, clock, format);
//   std::shared_ptr<TaskLog> log = logs.open(attempt, "+main+a");     // the task writes to it
//   logs.list(attempt)                       // a file of that task, with what it has written by
//   now
//
// Output waits in memory until there is much of it or it is a second old; asking for an attempt's
// logs brings it out at once. What has come out can be read whatever happens to the writer: every
// portion ends where a reader can decode it whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "blob/log_files.h"
#include "blob/log_flusher.h"
#include "blob/log_names.h"

namespace mogura::blob {

struct LogFile {
  std::string name;
  std::string task;
  std::string agent;
  Instant opened_at;
  std::uint64_t bytes = 0;  // stored
};

struct LogStoreOptions {
  std::string agent;  // stands in the names of files
  /// `log-server.local.split_size`: after more uncompressed bytes the log goes on in another file;
  /// 0: never.
  std::uint64_t split_bytes = 0;
  /// `log-server.flush_bytes`, `log-server.flush_interval`.
  std::size_t flush_bytes = 64u << 10;
  std::chrono::milliseconds flush_interval{1000};
};

class TaskLogWriter;

class LogStore {
 public:
  /// A log record as a line of a log file, with its line end (cli.md §8.1). Any thread.
  using LineFormat = std::function<std::string(const LogRecord&)>;

  /// Without `files` nothing is stored (`log-server.type = null`).
  LogStore(std::unique_ptr<LogFiles> files, LogStoreOptions options, const Clock& clock,
           LineFormat format);
  ~LogStore();
  LogStore(const LogStore&) = delete;
  LogStore& operator=(const LogStore&) = delete;

  /// The log of one execution of a task. It ends when its last owner lets go of it, which is before
  /// the store is gone, and is written to its end soon after, at the latest with the store's end. A
  /// file is made when there is something to write. Null where nothing is stored. Where writing
  /// fails, the reason is logged and the output kept for a while, to be written when that is
  /// possible again; the task goes on in any case. Any thread.
  std::shared_ptr<TaskLog> open(const AttemptLogs& logs, const std::string& task);

  /// By name; those whose names begin with `prefix`.
  std::vector<LogFile> list(const AttemptLogs& logs, const std::string& prefix = "");
  /// The gzip bytes of a file, without the first `offset`; absent where there is no such file.
  /// Throws Error of kind "illegal argument" "Invalid file name: X" for what is no name of a file.
  std::optional<std::string> read(const AttemptLogs& logs, const std::string& name,
                                  std::uint64_t offset = 0);
  /// Stores what this process has of the attempt's logs and has not stored yet.
  void flush(AttemptId attempt);
  /// Of an attempt that is done.
  void remove(const AttemptLogs& logs);

 private:
  const std::unique_ptr<LogFiles> files_;
  const LogStoreOptions options_;
  const Clock& clock_;
  const LineFormat format_;
  LogFlusher flusher_;
  Mutex mutex_;
  std::multimap<AttemptId, std::weak_ptr<TaskLogWriter>> writers_ MOGURA_GUARDED_BY(mutex_);
  std::size_t clean_at_ MOGURA_GUARDED_BY(mutex_) = 0;  // so many writers: ended ones are forgotten
};

}  // namespace mogura::blob
