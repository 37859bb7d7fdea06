#include <fmt/core.h>

#include <optional>

#include "base/error.h"
#include "calendar/schedule.h"
#include "calendar/whole_numbers.h"
#include "value/config.h"

namespace mogura::calendar {
namespace {

struct SlaTime {
  std::int64_t hours;
  std::int64_t minutes;
  std::int64_t seconds;
};

// `shown` is the value of the `time` option as the message shows it.
SlaTime sla_time(std::string_view option, const std::string& text, const std::string& shown) {
  const auto numbers = colon_numbers(text);
  if (!numbers || numbers->size() < 2 || numbers->size() > 3) {
    throw ConfigError(
        fmt::format("SLA {} option needs to be HH:MM or HH:MM:SS format: {}", option, shown));
  }
  return {(*numbers)[0], (*numbers)[1], numbers->size() == 3 ? (*numbers)[2] : 0};
}

}  // namespace

Instant sla_due(const Object& sla, Instant run_time, const TimeZone& zone) {
  const std::optional<std::string> time = value::find_text(sla, "time");
  const std::optional<std::string> duration = value::find_text(sla, "duration");
  if (time.has_value() == duration.has_value()) {
    throw ConfigError("SLA must be specified using either the 'time' or 'duration' option");
  }
  if (duration) {
    const SlaTime length = sla_time("duration", *duration, "Optional.absent()");
    return run_time + std::chrono::hours(length.hours) + std::chrono::minutes(length.minutes) +
           std::chrono::seconds(length.seconds);
  }
  const SlaTime clock = sla_time("time", *time, fmt::format("Optional.of({})", *time));
  LocalTime local = zone.to_local(run_time);
  local.hour = static_cast<int>(clock.hours);
  local.minute = static_cast<int>(clock.minutes);
  local.second = static_cast<int>(clock.seconds);
  const Duration fraction = run_time - std::chrono::floor<std::chrono::seconds>(run_time);
  const Instant due = zone.to_instant(local) + fraction;
  return due < run_time ? due + std::chrono::hours(24) : due;
}

}  // namespace mogura::calendar
