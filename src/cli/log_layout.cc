#include "cli/log_layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "value/json.h"

namespace mogura::cli {
namespace {

struct LevelName {
  std::string_view option;
  std::string_view shown;
  std::string_view colour;  // of a terminal
};

// In the order of LogLevel.
constexpr std::array<LevelName, 5> kLevels = {{{"trace", "TRACE", "\033[34m"},
                                               {"debug", "DEBUG", "\033[37m"},
                                               {"info", "INFO", "\033[32m"},
                                               {"warn", "WARN", "\033[33m"},
                                               {"error", "ERROR", "\033[35m"}}};
constexpr std::string_view kColourOff = "\033[0;39m";

const LevelName& level_name(LogLevel level) {
  return kLevels[static_cast<std::size_t>(level)];
}

int milliseconds_of(Instant time) {
  const auto since_second = time - std::chrono::floor<std::chrono::seconds>(time);
  return static_cast<int>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_second).count());
}

}  // namespace

LogFormatter::LogFormatter(LogLayout layout, calendar::TimeZone zone)
    : layout_(layout), zone_(std::move(zone)) {}

std::string LogFormatter::line(const LogRecord& record) {
  if (layout_ == LogLayout::json) return json_log_line(record);
  if (layout_ != LogLayout::terminal) return text_line(record) + "\n";
  std::string line(level_name(record.level).colour);
  line += text_line(record);
  line += kColourOff;
  return line + "\n";
}

std::string LogFormatter::text_line(const LogRecord& record) {
  const bool is_terminal = layout_ == LogLayout::terminal || layout_ == LogLayout::plain;
  const bool with_component = layout_ == LogLayout::console || layout_ == LogLayout::task ||
                              (is_terminal && record.level < LogLevel::info);
  return fmt::format("{} [{}] ({}){}{}: {}", time_text(record.time), level_name(record.level).shown,
                     record.label, with_component ? " " : "",
                     with_component ? record.component : "", record.text);
}

std::string LogFormatter::time_text(Instant time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second != second_) {
    second_ = second;
    second_text_ = calendar::display_time(second, zone_);
  }
  if (layout_ != LogLayout::file && layout_ != LogLayout::task) return second_text_;
  const std::size_t before_offset = second_text_.rfind(' ');
  return fmt::format("{}.{:03}{}", second_text_.substr(0, before_offset), milliseconds_of(time),
                     second_text_.substr(before_offset));
}

std::string json_log_line(const LogRecord& record, const Object& further) {
  std::string time = calendar::utc_iso(std::chrono::floor<std::chrono::seconds>(record.time));
  if (time.ends_with('Z')) time.pop_back();
  Object line = {{"time", fmt::format("{}.{:03}Z", time, milliseconds_of(record.time))},
                 {"level", level_name(record.level).option},
                 {"thread", record.label},
                 {"component", record.component},
                 {"message", record.text}};
  for (const auto& [key, field] : further) line.set(key, field);
  return value::to_json(line) + "\n";
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
  const auto* found = std::ranges::find(kLevels, text, &LevelName::option);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<LogLevel>(std::distance(kLevels.begin(), found));
}

}  // namespace mogura::cli
