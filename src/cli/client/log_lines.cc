#include "cli/client/log_lines.h"

#include <algorithm>
#include <optional>

#include "cli/client/lookups.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

// The word in the first brackets of a line that begins as the lines of a log do.
std::optional<std::string_view> level_of(std::string_view line) {
  const std::size_t bracket = line.find_first_not_of("0123456789: -+.");
  if (bracket == std::string_view::npos || line[bracket] != '[') return std::nullopt;
  const std::size_t end = line.find(']', bracket);
  if (end == std::string_view::npos || end == bracket + 1) return std::nullopt;
  const std::string_view word = line.substr(bracket + 1, end - bracket - 1);
  const bool is_word = std::ranges::all_of(
      word, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  if (!is_word) return std::nullopt;
  return word;
}

// The seconds and nanoseconds in `TASK@65920080075bcd15.AGENT.log.gz`; texts of them sort as they
// do.
std::string moment_in_name(const ListedLog& log) {
  constexpr std::size_t kDigits = 16;
  if (!log.name.starts_with(log.task + "@")) return "";
  return log.name.substr(log.task.size() + 1, kDigits);
}

}  // namespace

bool LogLines::is_shown(std::string_view line) {
  if (with_debug_) return true;
  if (const auto level = level_of(line)) shows_ = *level != "DEBUG" && *level != "TRACE";
  return shows_;
}

std::vector<std::string_view> LogLines::take_new(std::string_view text, bool is_complete) {
  std::vector<std::string_view> lines;
  while (taken_ < text.size()) {
    std::size_t end = text.find('\n', taken_);
    if (end == std::string_view::npos && !is_complete) break;
    end = std::min(end, text.size());
    const std::string_view line = text.substr(taken_, end - taken_);
    if (is_shown(line)) lines.push_back(line);
    taken_ = std::min(end + 1, text.size());
  }
  return lines;
}

std::vector<ListedLog> logs_in_order(const Value& answer) {
  std::vector<ListedLog> logs;
  std::map<std::string, std::string> begun;  // when each task's first file was
  const auto begin_of = [](const ListedLog& log) { return log.time + moment_in_name(log); };
  for (const Value& element : list_in(answer, "files")) {
    const Object& file = object_in(element);
    const ListedLog& log = logs.emplace_back(
        text_in(file, "fileName"), text_in(file, "taskName"), text_in(file, "fileTime"),
        value::find_long(file, "fileSize").value_or(0), text_in(file, "direct"));
    const auto [first, is_new] = begun.emplace(log.task, begin_of(log));
    if (!is_new) first->second = std::min(first->second, begin_of(log));
  }
  std::ranges::stable_sort(
      logs, {}, [&](const ListedLog& log) { return std::pair(begun.at(log.task), log.task); });
  return logs;
}

}  // namespace mogura::cli
