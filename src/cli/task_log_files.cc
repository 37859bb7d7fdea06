#include "cli/task_log_files.h"

#include <fmt/core.h>
#include <unistd.h>
#include <zlib.h>

#include <array>

#include "base/mutex.h"
#include "calendar/time_zone.h"
#include "cli/files.h"
#include "cli/log_layout.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

constexpr Logger kTaskLogsLog("io.digdag.core.log.LocalFileLogServerFactory");

class GzipTaskLog : public TaskLog {
 public:
  explicit GzipTaskLog(gzFile file)
      : file_(file), formatter_(LogLayout::task, calendar::TimeZone::system()) {}
  ~GzipTaskLog() override { ::gzclose(file_); }

  void write(const LogRecord& record) override {
    if (record.level < LogLevel::debug) return;
    MutexLock lock(mutex_);
    append(formatter_.line(record));
  }

  void output(std::string_view bytes) override {
    MutexLock lock(mutex_);
    append(bytes);
  }

 private:
  void append(std::string_view bytes) MOGURA_REQUIRES(mutex_) {
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, kMaxPart);
      ::gzwrite(file_, part.data(), static_cast<unsigned>(part.size()));
      bytes.remove_prefix(part.size());
    }
  }

  static constexpr std::size_t kMaxPart = 1u << 30;  // zlib counts in 32 bits

  Mutex mutex_;
  const gzFile file_ MOGURA_GUARDED_BY(mutex_);
  LogFormatter formatter_ MOGURA_GUARDED_BY(mutex_);
};

std::string without_slashes(std::string name) {
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  return name;
}

}  // namespace

std::shared_ptr<TaskLog> TaskLogFiles::open(const operators::TaskRequest& request) const {
  const fs::path path = path_of(request);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  gzFile file = error ? nullptr : ::gzopen(path.c_str(), "wb9e");
  if (file == nullptr) {
    kTaskLogsLog.error("The task log {} cannot be written", path.string());
    return nullptr;
  }
  return std::make_shared<GzipTaskLog>(file);
}

fs::path TaskLogFiles::path_of(const operators::TaskRequest& request) const {
  const calendar::TimeZone utc = calendar::TimeZone::utc();
  const calendar::TimeZone zone = calendar::TimeZone::find(request.timezone).value_or(utc);
  std::string attempt = fmt::format("{}.{}{}@{}", request.site.value, request.project.value,
                                    without_slashes(request.workflow_name),
                                    calendar::compact_time(request.session_time, zone));
  if (request.retry_attempt_name) attempt += "_" + without_slashes(*request.retry_attempt_name);

  const Instant now = clock_.now();
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const auto nanoseconds = std::chrono::nanoseconds(now - second).count();
  const std::string file = fmt::format("{}@{:08x}{:08x}.{}.log.gz", request.task_name,
                                       second.time_since_epoch().count(), nanoseconds, agent_id_);
  return root_ / calendar::iso_date(request.attempt_created_at, utc) / attempt / file;
}

}  // namespace mogura::cli
