// The program's log.
//
//   const Logger logger("io.digdag.cli.Run");
//   logger.info("Using session {}.", path);
//
// A line carries the time, the level, the label of the thread (`main`, or the task that it works
// for) and the component's name (cli.md §8). Where a line goes is decided once, by install_log():
// to the console, to a file. While a LogScope is alive its thread's lines bear the scope's label
// and go to the scope's task log as well (cli.md §8.4, §8.5).
#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace mogura {

enum class LogLevel { trace, debug, info, warn, error };

/// One line of the log; `text` may hold line ends.
struct LogRecord {
  Instant time;
  LogLevel level;
  std::string_view label;
  std::string_view component;
  std::string_view text;
};

/// Where lines go. Called from any thread, one call at a time.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRecord& record) = 0;
  /// What is written to a file goes on in the one that has its name now.
  virtual void reopen() {}
};

/// Receives what one task logs and prints. Called from any thread; takes its own lock.
class TaskLog {
 public:
  virtual ~TaskLog() = default;
  virtual void write(const LogRecord& record) = 0;
  /// Raw output of the task's command, as it came.
  virtual void output(std::string_view bytes) = 0;
  /// The task has read this secret: from here on, no line or output of it shows the secret.
  virtual void hide(std::string_view secret) { static_cast<void>(secret); }
  /// The text without what is hidden.
  virtual std::string masked(std::string_view text) const { return std::string(text); }
};

/// Sends lines of at least `level` to `sink`. Before the first call lines are dropped.
void install_log(LogLevel level, std::shared_ptr<LogSink> sink);
/// After somebody moved the log's file away.
void reopen_log();
bool log_enabled(LogLevel level);
void log_line(LogLevel level, std::string_view component, std::string_view text);

/// Names what the current thread works for, until destroyed. Scopes nest.
class LogScope {
 public:
  explicit LogScope(std::string label, std::shared_ptr<TaskLog> task_log = nullptr);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

  /// The task log of the innermost scope of this thread; null where there is none.
  static std::shared_ptr<TaskLog> current_task_log();

 private:
  friend void log_line(LogLevel, std::string_view, std::string_view);
  std::string label_;
  std::shared_ptr<TaskLog> task_log_;
  LogScope* outer_;
};

/// The current thread's number: 1 for the main thread, then in order of first use (cli.md §8.4).
int thread_number();

class Logger {
 public:
  explicit constexpr Logger(std::string_view component) : component_(component) {}

  template <class... Args>
  void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) const {
    if (!log_enabled(level)) return;
    log_line(level, component_, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::warn, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::error, format, std::forward<Args>(args)...);
  }

 private:
  std::string_view component_;
};

}  // namespace mogura
