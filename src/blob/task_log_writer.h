// The log of one task while it is written: lines and output, compressed in portions that can be
// decoded one by one. Private to this room; log_store.h says how it behaves.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "blob/log_flusher.h"
#include "blob/log_store.h"

namespace mogura::blob {

class TaskLogWriter : public TaskLog,
                      public LogFlusher::Target,
                      public std::enable_shared_from_this<TaskLogWriter> {
 public:
  struct Parts {
    const LogStore::LineFormat& format;
    const LogStoreOptions& options;
    LogFlusher& flusher;
    /// The name of a further file of this task.
    std::function<std::string()> next_name;
    std::function<void(const std::string& name, std::uint64_t offset, std::string_view bytes)>
        append;
  };

  explicit TaskLogWriter(Parts parts);
  ~TaskLogWriter() override;
  TaskLogWriter(const TaskLogWriter&) = delete;
  TaskLogWriter& operator=(const TaskLogWriter&) = delete;

  void write(const LogRecord& record) override;
  void output(std::string_view bytes) override;
  void flush() override;
  bool finish() override;
  /// Nothing more will be written; from here on flush() writes the end, too.
  void let_go();

 private:
  struct File;

  void add(std::string_view bytes) MOGURA_REQUIRES(mutex_);
  void send(int flush_mode) MOGURA_REQUIRES(mutex_);
  void store_unsent() MOGURA_REQUIRES(mutex_);
  void flush_soon() MOGURA_REQUIRES(mutex_);
  void end_file() MOGURA_REQUIRES(mutex_);
  void forget_file() MOGURA_REQUIRES(mutex_);

  const Parts parts_;
  Mutex mutex_;
  std::string pending_ MOGURA_GUARDED_BY(mutex_);
  std::unique_ptr<File> file_ MOGURA_GUARDED_BY(mutex_);    // null: none is begun
  std::uint64_t file_bytes_ MOGURA_GUARDED_BY(mutex_) = 0;  // uncompressed, with `pending_`
  bool is_let_go_ MOGURA_GUARDED_BY(mutex_) = false;
  bool has_ended_ MOGURA_GUARDED_BY(mutex_) = false;  // its compression, not its storing
  bool will_be_flushed_ MOGURA_GUARDED_BY(mutex_) = false;
  bool is_troubled_ MOGURA_GUARDED_BY(mutex_) = false;  // the last portion could not be stored
  bool is_lost_ MOGURA_GUARDED_BY(mutex_) = false;      // nothing more is stored
};

}  // namespace mogura::blob
