// Lines of the log as text (cli.md §8.1, §8.2).
#pragma once

#include <string>

#include "base/log.h"
#include "calendar/time_zone.h"
#include "value/value.h"

namespace mogura::cli {

enum class LogLayout {
  console,   // 2026-03-01 09:00:00 +0000 [INFO] (main) component: text
  terminal,  // 2026-03-01 09:00:00 +0000 [INFO] (main): text, in the level's colour
  plain,     // the same without colour
  file,      // 2026-03-01 09:00:00.123 +0000 [INFO] (main): text
  task,      // 2026-03-01 09:00:00.123 +0000 [INFO] (main) component: text
  json,      // {"time":"2026-03-01T09:00:00.123Z","level":"info",...}
};

/// Makes lines, each with its line end, in one layout. Not for several threads at once.
class LogFormatter {
 public:
  LogFormatter(LogLayout layout, calendar::TimeZone zone);

  std::string line(const LogRecord& record);

 private:
  std::string text_line(const LogRecord& record);
  std::string time_text(Instant time);

  const LogLayout layout_;
  const calendar::TimeZone zone_;
  std::chrono::sys_seconds second_{std::chrono::seconds::min()};
  std::string second_text_;  // of second_, without milliseconds
};

/// A line of the layout json, with its line end; `further` fields follow its own.
std::string json_log_line(const LogRecord& record, const Object& further = {});

/// The level as users write it (`info`); absent for anything else.
std::optional<LogLevel> parse_log_level(std::string_view text);

}  // namespace mogura::cli
