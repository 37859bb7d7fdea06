#include "blob/task_log_writer.h"

#include <array>
#include <new>
#include <utility>

namespace mogura::blob {
namespace {

constexpr Logger kLogWriterLog("io.digdag.core.log.LocalFileLogServerFactory");
constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kMemoryLevel = 8;
// Compressed output that waits for its place to come back; beyond it the rest of the log is lost.
constexpr std::size_t kMaxUnsentBytes = 4u << 20;

}  // namespace

/// One file: its name, the state of its compression, and how much of it is stored.
struct TaskLogWriter::File {
  explicit File(std::string file_name) : name(std::move(file_name)) {
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~File() { ::deflateEnd(&stream); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void pack(std::string_view bytes, int flush_mode) {
    // zlib does not write to its input.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
      std::array<char, 16 * 1024> piece;
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      ::deflate(&stream, flush_mode);
      unsent.append(piece.data(), piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }

  const std::string name;
  z_stream stream{};
  std::string unsent;
  std::uint64_t sent_bytes = 0;
};

TaskLogWriter::~TaskLogWriter() {
  MutexLock lock(mutex_);
  end_file();
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
  if (!pending_.empty() || is_troubled_) send(Z_SYNC_FLUSH);
  if (is_troubled_ && !is_lost_) flush_soon();
}

void TaskLogWriter::add(std::string_view bytes) {
  if (is_lost_) return;
  const std::uint64_t split_bytes = parts_.options.split_bytes;
  if (split_bytes > 0 && file_bytes_ > split_bytes) end_file();
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

void TaskLogWriter::end_file() {
  if (file_ || !pending_.empty()) send(Z_FINISH);
  if (is_troubled_) kLogWriterLog.error("The end of the task log {} is lost", file_->name);
  is_troubled_ = false;
  file_.reset();
  file_bytes_ = 0;
}

void TaskLogWriter::send(int flush_mode) {
  const std::string bytes = std::exchange(pending_, {});
  if (is_lost_) return;
  if (!file_) file_ = std::make_unique<File>(parts_.next_name());
  file_->pack(bytes, flush_mode);
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
