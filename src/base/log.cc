#include "base/log.h"

#include <atomic>

#include "base/mutex.h"

namespace mogura {
namespace {

struct InstalledLog {
  Mutex mutex;
  std::shared_ptr<LogSink> sink MOGURA_GUARDED_BY(mutex);
  std::atomic<int> level{static_cast<int>(LogLevel::error) + 1};
};

// The log outlives everything else that may still write a line while the program ends.
InstalledLog& installed_log() {
  static auto& log = *new InstalledLog;
  return log;
}

thread_local LogScope* innermost_scope = nullptr;
std::atomic<int> threads_numbered{0};

}  // namespace

void install_log(LogLevel level, std::shared_ptr<LogSink> sink) {
  InstalledLog& log = installed_log();
  MutexLock lock(log.mutex);
  log.sink = std::move(sink);
  log.level = static_cast<int>(level);
}

void reopen_log() {
  InstalledLog& log = installed_log();
  MutexLock lock(log.mutex);
  if (log.sink != nullptr) log.sink->reopen();
}

bool log_enabled(LogLevel level) {
  return static_cast<int>(level) >= installed_log().level.load(std::memory_order_relaxed);
}

void log_line(LogLevel level, std::string_view component, std::string_view text) {
  const LogScope* scope = innermost_scope;
  TaskLog* task_log = scope != nullptr ? scope->task_log_.get() : nullptr;
  const std::string shown = task_log != nullptr ? task_log->masked(text) : std::string(text);
  const LogRecord record{SystemClock().now(), level,
                         scope != nullptr ? std::string_view(scope->label_) : "main", component,
                         shown};
  if (task_log != nullptr) task_log->write(record);
  InstalledLog& log = installed_log();
  MutexLock lock(log.mutex);
  if (log.sink != nullptr) log.sink->write(record);
}

LogScope::LogScope(std::string label, std::shared_ptr<TaskLog> task_log)
    : label_(std::move(label)), task_log_(std::move(task_log)), outer_(innermost_scope) {
  innermost_scope = this;
}

LogScope::~LogScope() {
  innermost_scope = outer_;
}

std::shared_ptr<TaskLog> LogScope::current_task_log() {
  return innermost_scope != nullptr ? innermost_scope->task_log_ : nullptr;
}

int thread_number() {
  thread_local const int number = ++threads_numbered;
  return number;
}

}  // namespace mogura
