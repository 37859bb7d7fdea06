#include "blob/log_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "calendar/time_zone.h"

namespace mogura::blob {
namespace {

constexpr std::string_view kLogSuffix = ".log.gz";
constexpr std::size_t kHexDigits = 8;  // of the second, and of its fraction
constexpr std::size_t kMaxFileName = 255;

std::string without_slashes(std::string_view text) {
  std::string name(text);
  std::ranges::replace(name, '/', '_');
  return name;
}

/// A number that depends on every byte of the text (FNV-1a).
std::uint32_t number_of(std::string_view text) {
  std::uint32_t number = 2'166'136'261u;
  for (const char c : text) number = (number ^ static_cast<unsigned char>(c)) * 16'777'619u;
  return number;
}

std::optional<std::uint32_t> parse_hex(std::string_view digits) {
  std::uint32_t number = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (error != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace

AttemptLogs logs_of(const store::AttemptInfo& attempt) {
  return {.site = attempt.site,
          .project = attempt.project,
          .workflow = attempt.workflow_name,
          .attempt = attempt.id,
          .attempt_created_at = attempt.created_at,
          .session_time = attempt.session_time,
          .timezone = attempt.timezone,
          .retry_attempt_name = attempt.retry_attempt_name};
}

std::string log_directory_name(const AttemptLogs& logs) {
  const calendar::TimeZone utc = calendar::TimeZone::utc();
  const calendar::TimeZone zone = calendar::TimeZone::find(logs.timezone).value_or(utc);
  std::string attempt =
      fmt::format("{}.{}{}@{}", logs.site.value, logs.project.value, without_slashes(logs.workflow),
                  calendar::compact_time(logs.session_time, zone));
  if (logs.retry_attempt_name) attempt += "_" + without_slashes(*logs.retry_attempt_name);
  if (attempt.size() > kMaxFileName) {
    const std::string tail = fmt::format("~{:08x}", number_of(attempt));
    attempt = attempt.substr(0, kMaxFileName - tail.size()) + tail;
  }
  return calendar::iso_date(logs.attempt_created_at, utc) + "/" + attempt;
}

std::string log_file_name(std::string_view task, Instant opened_at, std::string_view agent) {
  const auto second = std::chrono::floor<std::chrono::seconds>(opened_at);
  const std::string rest = fmt::format("@{:08x}{:08x}.{}{}", second.time_since_epoch().count(),
                                       std::chrono::nanoseconds(opened_at - second).count(),
                                       without_slashes(agent), kLogSuffix);
  std::string name = without_slashes(task);
  if (name.size() + rest.size() > kMaxFileName) {
    const std::string tail = fmt::format("~{:08x}", number_of(task));
    name = name.substr(0, kMaxFileName - rest.size() - tail.size()) + tail;
  }
  return name + rest;
}

std::optional<LogFileName> parse_log_file_name(std::string_view name) {
  if (!name.ends_with(kLogSuffix)) return std::nullopt;
  const std::string_view stem = name.substr(0, name.size() - kLogSuffix.size());
  for (std::size_t at = stem.find('@'); at != std::string_view::npos; at = stem.find('@', at + 1)) {
    const std::string_view rest = stem.substr(at + 1);
    if (rest.size() <= 2 * kHexDigits || rest[2 * kHexDigits] != '.') continue;
    const auto second = parse_hex(rest.substr(0, kHexDigits));
    const auto nanosecond = parse_hex(rest.substr(kHexDigits, kHexDigits));
    if (!second || !nanosecond) continue;
    const auto fraction =
        std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(*nanosecond));
    return LogFileName{.task = std::string(stem.substr(0, at)),
                       .opened_at = Instant(std::chrono::seconds(*second)) + fraction,
                       .agent = std::string(rest.substr(2 * kHexDigits + 1))};
  }
  return std::nullopt;
}

}  // namespace mogura::blob
