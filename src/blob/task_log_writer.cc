#include "blob/task_log_writer.h"

#include <array>
#include <new>
#include <utility>

namespace mogura::blob {
namespace {

constexpr Logger kLogWriterLog("io.digdag.core.log.LocalFileLogServerFactory");
constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kMemoryLevel = 8;

}  // namespace

/// One file: its name and the state of its compression.
class TaskLogWriter::Compressor {
 public:
  explicit Compressor(std::string file_name) : name(std::move(file_name)) {
    if (::deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Compressor() { ::deflateEnd(&stream_); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  std::string packed(std::string_view bytes, int flush_mode) {
    std::string packed;
    // zlib does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      std::array<char, 16 * 1024> piece;
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      ::deflate(&stream_, flush_mode);
      packed.append(piece.data(), piece.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return packed;
  }

  const std::string name;

 private:
  z_stream stream_{};
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
  if (!pending_.empty()) send(Z_SYNC_FLUSH);
}

void TaskLogWriter::add(std::string_view bytes) {
  if (failed_) return;
  const std::uint64_t split_bytes = parts_.options.split_bytes;
  if (split_bytes > 0 && file_bytes_ > split_bytes) end_file();
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, parts_.options.flush_bytes);
    bytes.remove_prefix(part.size());
    pending_ += part;
    file_bytes_ += part.size();
    if (pending_.size() >= parts_.options.flush_bytes) send(Z_SYNC_FLUSH);
  }
  if (pending_.empty() || will_be_flushed_) return;
  will_be_flushed_ = true;
  parts_.flusher.flush_later(weak_from_this());
}

void TaskLogWriter::end_file() {
  if (file_ || !pending_.empty()) send(Z_FINISH);
  file_.reset();
  file_bytes_ = 0;
}

void TaskLogWriter::send(int flush_mode) {
  const std::string bytes = std::exchange(pending_, {});
  if (failed_) return;
  try {
    if (!file_) file_ = std::make_unique<Compressor>(parts_.next_name());
    parts_.append(file_->name, file_->packed(bytes, flush_mode));
  } catch (const std::exception& error) {
    failed_ = true;
    kLogWriterLog.error("A task log cannot be written: {}", error.what());
  }
}

}  // namespace mogura::blob
