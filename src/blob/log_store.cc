#include "blob/log_store.h"

#include <algorithm>
#include <utility>

#include "blob/task_log_writer.h"

namespace mogura::blob {
namespace {

constexpr std::size_t kLeastCleaning = 64;

}  // namespace

LogStore::LogStore(std::unique_ptr<LogFiles> files, LogStoreOptions options, const Clock& clock,
                   LineFormat format)
    : files_(std::move(files)),
      options_(std::move(options)),
      clock_(clock),
      format_(std::move(format)),
      flusher_(options_.flush_interval) {}

LogStore::~LogStore() = default;

std::shared_ptr<TaskLog> LogStore::open(const AttemptLogs& logs, const std::string& task) {
  if (!files_) return nullptr;
  Instant last_opened{};
  auto next_name = [this, task, last_opened]() mutable {
    last_opened = std::max(clock_.now(), last_opened + Duration(1));
    return log_file_name(task, last_opened, options_.agent);
  };
  // A file is called after the time when its log was opened, not when it is first written.
  std::optional<std::string> first_name = next_name();
  auto writer = std::make_shared<TaskLogWriter>(TaskLogWriter::Parts{
      .format = format_,
      .options = options_,
      .flusher = flusher_,
      .next_name =
          [first_name, next_name]() mutable {
            return first_name ? *std::exchange(first_name, std::nullopt) : next_name();
          },
      .append = [this, logs](
                    const std::string& name, std::uint64_t offset,
                    std::string_view bytes) { files_->append(logs, name, offset, bytes); }});
  MutexLock lock(mutex_);
  if (writers_.size() >= clean_at_) {
    std::erase_if(writers_, [](const auto& known) { return known.second.expired(); });
    clean_at_ = std::max(kLeastCleaning, 2 * writers_.size());
  }
  writers_.emplace(logs.attempt, writer);
  TaskLog* log = writer.get();
  return {log, [this, writer](TaskLog*) {
            writer->let_go();
            flusher_.finish_soon(writer);
          }};
}

void LogStore::flush(AttemptId attempt) {
  std::vector<std::shared_ptr<TaskLogWriter>> writing;
  {
    MutexLock lock(mutex_);
    const auto [first, last] = writers_.equal_range(attempt);
    for (auto known = first; known != last; ++known) {
      if (auto writer = known->second.lock()) writing.push_back(std::move(writer));
    }
  }
  for (const auto& writer : writing) writer->flush();
}

std::vector<LogFile> LogStore::list(const AttemptLogs& logs, const std::string& prefix) {
  if (!files_) return {};
  flush(logs.attempt);
  std::vector<LogFile> files;
  for (StoredLog& stored : files_->list(logs)) {
    const std::optional<LogFileName> parts = parse_log_file_name(stored.name);
    if (!parts || !stored.name.starts_with(prefix)) continue;
    files.push_back({.name = std::move(stored.name),
                     .task = parts->task,
                     .agent = parts->agent,
                     .opened_at = parts->opened_at,
                     .bytes = stored.bytes});
  }
  std::ranges::sort(files, {}, &LogFile::name);
  return files;
}

std::optional<std::string> LogStore::read(const AttemptLogs& logs, const std::string& name,
                                          std::uint64_t offset) {
  if (name.empty() || name == "." || name == ".." || name.contains('/') || name.contains('\0')) {
    throw Error("illegal argument", "Invalid file name: " + name);
  }
  if (!files_ || !parse_log_file_name(name)) return std::nullopt;
  flush(logs.attempt);
  return files_->read(logs, name, offset);
}

void LogStore::remove(const AttemptLogs& logs) {
  if (!files_) return;
  flush(logs.attempt);  // so that nothing comes after
  files_->remove(logs);
}

}  // namespace mogura::blob
