#include "blob/task_log_writer.h"

#include <zlib.h>

#include <utility>

#include "blob/deflater.h"

namespace mogura::blob {
namespace {

constexpr Logger kLogWriterLog("io.digdag.core.log.LocalFileLogServerFactory");
// Compressed output that waits for its place to come back; beyond it the rest of the log is lost.
constexpr std::size_t kMaxUnsentBytes = 4u << 20;

}  // namespace

/// One file: its name, its compression, and how much of it is stored.
struct TaskLogWriter::File {
  explicit File(std::string file_name) : name(std::move(file_name)), deflater(Deflater::take()) {}
  ~File() { Deflater::give_back(std::move(deflater)); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::string name;
  std::unique_ptr<Deflater> deflater;
  std::string unsent;
  std::uint64_t sent_bytes = 0;
};

TaskLogWriter::TaskLogWriter(Parts parts) : parts_(std::move(parts)) {}

TaskLogWriter::~TaskLogWriter() {
  MutexLock lock(mutex_);
  end_file();
  forget_file();
}

void TaskLogWriter::write(const LogRecord& record) {
  if (record.level < LogLevel::debug) return;
  const std::string line = parts_.format(record);
  MutexLock lock(mutex_);
  add(line);
}

void TaskLogWriter::output(std::string_view bytes) {
  MutexLock lock(mutex_);
  add(bytes);
}

void TaskLogWriter::flush() {
  MutexLock lock(mutex_);
  will_be_flushed_ = false;
  if (is_let_go_) end_file();
  if (has_ended_) return;
  if (!pending_.empty() || is_troubled_) send(Z_SYNC_FLUSH);
  if (is_troubled_ && !is_lost_) flush_soon();
}

void TaskLogWriter::add(std::string_view bytes) {
  if (is_lost_) return;
  const std::uint64_t split_bytes = parts_.options.split_bytes;
  if (split_bytes > 0 && file_bytes_ > split_bytes) {
    end_file();
    forget_file();
  }
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, parts_.options.flush_bytes);
    bytes.remove_prefix(part.size());
    pending_ += part;
    file_bytes_ += part.size();
    if (pending_.size() >= parts_.options.flush_bytes) send(Z_SYNC_FLUSH);
  }
  if (!pending_.empty() || is_troubled_) flush_soon();
}

void TaskLogWriter::flush_soon() {
  if (will_be_flushed_) return;
  will_be_flushed_ = true;
  parts_.flusher.flush_later(weak_from_this());
}

void TaskLogWriter::let_go() {
  MutexLock lock(mutex_);
  is_let_go_ = true;
}

/// True when the whole log is stored, or lost.
bool TaskLogWriter::finish() {
  MutexLock lock(mutex_);
  end_file();
  return !is_troubled_ || is_lost_;
}

/// Called again, it stores what could not be stored before.
void TaskLogWriter::end_file() {
  if (has_ended_) {
    if (is_troubled_) store_unsent();
  } else if (file_ || !pending_.empty()) {
    send(Z_FINISH);
    has_ended_ = true;
  }
}

void TaskLogWriter::forget_file() {
  if (is_troubled_) kLogWriterLog.error("The end of the task log {} is lost", file_->name);
  is_troubled_ = false;
  has_ended_ = false;
  file_.reset();
  file_bytes_ = 0;
}

void TaskLogWriter::send(int flush_mode) {
  const std::string bytes = std::exchange(pending_, {});
  if (is_lost_) return;
  if (!file_) file_ = std::make_unique<File>(parts_.next_name());
  file_->deflater->pack(bytes, flush_mode, file_->unsent);
  store_unsent();
}

/// What cannot be stored is kept, as the trouble may go away.
void TaskLogWriter::store_unsent() {
  try {
    parts_.append(file_->name, file_->sent_bytes, file_->unsent);
    file_->sent_bytes += file_->unsent.size();
    file_->unsent.clear();
    is_troubled_ = false;
  } catch (const std::exception& error) {
    if (!is_troubled_) kLogWriterLog.warn("A task log cannot be written: {}", error.what());
    is_troubled_ = true;
    is_lost_ = file_->unsent.size() > kMaxUnsentBytes;
  }
}

}  // namespace mogura::blob
