#include "calendar/schedule.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "calendar/cron.h"
#include "calendar/strict_date.h"
#include "calendar/whole_numbers.h"
#include "value/config.h"
#include "value/json.h"
#include "value/similar.h"

namespace mogura::calendar {

const Instant kScheduleOver = std::chrono::sys_days(std::chrono::year(9999) / 1 / 1);

namespace {

using std::chrono::seconds;

constexpr ScheduleTime schedule_over() {
  return {kScheduleOver, kScheduleOver};
}

// The instants between which a schedule runs; the end is the first that is too late.
struct RunWindow {
  std::optional<Instant> start;
  std::optional<Instant> end;
};

class CronSchedule : public Schedule {
 public:
  CronSchedule(std::string_view pattern, seconds delay, RunWindow window, const TimeZone& zone)
      : pattern_(CronPattern::parse(pattern)), delay_(delay), window_(window), zone_(zone) {}

  ScheduleTime first(Instant from) const override {
    const Instant whole = std::chrono::floor<seconds>(from);
    return next((whole == from ? whole - seconds(1) : whole) - delay_);
  }

  ScheduleTime next(Instant session) const override {
    if (session >= kScheduleOver) return schedule_over();
    ScheduleTime time = timed(pattern_.next_after(session, zone_));
    if (window_.start && time.run_time < *window_.start) {
      time = timed(pattern_.next_after(*window_.start - seconds(1), zone_));
    }
    return window_.end && time.run_time >= *window_.end ? schedule_over() : time;
  }

  ScheduleTime last(Instant session) const override {
    session = std::min(session, kScheduleOver);
    const Instant following = pattern_.next_after(session, zone_);
    const Duration step = pattern_.next_after(following, zone_) - following;
    Instant before = session - 2 * step;
    for (;;) {
      const Instant candidate = pattern_.next_after(before, zone_);
      if (candidate >= session) return timed(before);
      before = candidate;
    }
  }

 private:
  ScheduleTime timed(Instant session) const { return {session, session + delay_}; }

  CronPattern pattern_;
  seconds delay_;
  RunWindow window_;
  TimeZone zone_;
};

// Multiples of a number of seconds since 1970, without start and end.
class SecondsSchedule : public Schedule {
 public:
  SecondsSchedule(seconds interval, seconds delay) : interval_(interval), delay_(delay) {}

  ScheduleTime first(Instant from) const override { return next(from - Duration(1)); }
  ScheduleTime next(Instant session) const override { return timed(steps_until(session) + 1); }
  ScheduleTime last(Instant session) const override {
    return timed(steps_until(session - Duration(1)));
  }

 private:
  // The number of the latest multiple that is not after `instant`.
  std::int64_t steps_until(Instant instant) const {
    const std::int64_t since = std::chrono::floor<seconds>(instant).time_since_epoch().count();
    const std::int64_t steps = since / interval_.count();
    return since % interval_.count() < 0 ? steps - 1 : steps;
  }
  ScheduleTime timed(std::int64_t step) const {
    const Instant session(interval_ * step);
    return {session, session + delay_};
  }

  seconds interval_;
  seconds delay_;
};

// What the maker of a kind of schedule reads: the section with its command as `_command`.
struct Section {
  const Object& options;
  const TimeZone& zone;
};
using MakeKind = std::unique_ptr<Schedule> (*)(const Section&);

std::optional<Instant> date_option(const Section& section, const char* key, int days_later) {
  const std::optional<std::string> text = value::find_text(section.options, key);
  if (!text) return std::nullopt;
  std::expected<LocalTime, std::string> date = parse_strict_date(*text);
  if (!date) throw ConfigError(fmt::format("Invalid {}: {} ({})", key, *text, date.error()));
  date->day += days_later;
  return section.zone.to_instant(*date);
}

RunWindow run_window(const Section& section) {
  const RunWindow window = {date_option(section, "start", 0), date_option(section, "end", 1)};
  if (window.start && window.end && *window.start >= *window.end) {
    throw ConfigError("The schedule of end is earlier than start");
  }
  return window;
}

seconds checked_delay(std::int64_t delay) {
  const seconds limit = kMaxScheduleDelay;
  if (delay > limit.count() || delay < -limit.count()) {
    throw ConfigError(fmt::format("A schedule's delay must be within {} days: {} seconds",
                                  kMaxScheduleDelay.count(), delay));
  }
  return seconds(delay);
}

seconds delay_option(const Section& section) {
  return checked_delay(value::find_long(section.options, "delay").value_or(0));
}

std::unique_ptr<Schedule> cron_schedule(const Section& section, std::string_view pattern,
                                        seconds delay) {
  return std::make_unique<CronSchedule>(pattern, delay, run_window(section), section.zone);
}

std::string time_of(const Section& section) {
  const std::optional<std::string> command = value::find_text(section.options, "_command");
  return command ? *command : value::get_text(section.options, "at");
}

// `hh:mm:ss`, without limits.
seconds time_of_day(std::string_view kind, std::string_view text) {
  const auto numbers = colon_numbers(text);
  if (!numbers || numbers->size() != 3) {
    throw ConfigError(fmt::format("{}> scheduler requires hh:mm:ss format: {}", kind, text));
  }
  return checked_delay((*numbers)[0] * 3600 + (*numbers)[1] * 60 + (*numbers)[2]);
}

struct DayAndTime {
  std::string day;
  seconds time;
};

ConfigError no_day_and_time(std::string_view kind, std::string_view text) {
  return ConfigError(fmt::format("{}>: scheduler requires day,hh:mm:ss format: {}", kind, text));
}

std::unique_ptr<Schedule> make_hourly(const Section& section) {
  const std::string text = time_of(section);
  const auto numbers = colon_numbers(text);
  if (!numbers || numbers->size() != 2) {
    throw ConfigError("hourly>: scheduler requires mm:ss format: " + text);
  }
  return cron_schedule(section, "0 * * * *", checked_delay((*numbers)[0] * 60 + (*numbers)[1]));
}

std::unique_ptr<Schedule> make_daily(const Section& section) {
  return cron_schedule(section, "0 0 * * *", time_of_day("daily", time_of(section)));
}

std::unique_ptr<Schedule> make_weekly(const Section& section) {
  const std::string text = time_of(section);
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) throw no_day_and_time("weekly", text);
  const std::string day = text.substr(0, comma);
  if (const auto number = whole_number(day); number && *number < 0) {
    throw ConfigError("weekly>: invalid day: " + day);
  }
  const std::string pattern = "0 0 * * " + day;
  try {
    if (day.contains('|')) throw no_day_and_time("weekly", text);
    CronPattern::parse(pattern);
  } catch (const Error&) {
    throw no_day_and_time("weekly", text);
  }
  return cron_schedule(section, pattern, time_of_day("weekly", text.substr(comma + 1)));
}

std::unique_ptr<Schedule> make_monthly(const Section& section) {
  const std::string text = time_of(section);
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) throw no_day_and_time("monthly", text);
  const auto day = whole_number(text.substr(0, comma));
  if (!day) throw no_day_and_time("monthly", text);
  return cron_schedule(section, fmt::format("0 0 {} * *", *day),
                       time_of_day("monthly", text.substr(comma + 1)));
}

std::unique_ptr<Schedule> make_minutes_interval(const Section& section) {
  const std::int32_t minutes = value::get_int(section.options, "_command");
  return cron_schedule(section, fmt::format("*/{} * * * *", minutes), delay_option(section));
}

std::unique_ptr<Schedule> make_cron(const Section& section) {
  return cron_schedule(section, value::get_text(section.options, "_command"),
                       delay_option(section));
}

std::unique_ptr<Schedule> make_seconds_interval(const Section& section) {
  const std::int32_t interval = value::get_int(section.options, "_command");
  if (interval < 1) {
    throw ConfigError(fmt::format("seconds_interval>: must be positive: {}", interval));
  }
  return std::make_unique<SecondsSchedule>(seconds(interval), delay_option(section));
}

struct ScheduleKind {
  std::string_view type;
  MakeKind make;
};
constexpr std::array<ScheduleKind, 7> kScheduleKinds = {{
    {"hourly", make_hourly},
    {"daily", make_daily},
    {"weekly", make_weekly},
    {"monthly", make_monthly},
    {"minutes_interval", make_minutes_interval},
    {"cron", make_cron},
    {"seconds_interval", make_seconds_interval},
}};

constexpr std::array<std::string_view, 4> kScheduleOptions = {"skip_on_overtime", "skip_delayed_by",
                                                              "start", "end"};

// The member whose key names the kind, as `daily>` does; null where none does.
const Object::Member* kind_member(const Object& config) {
  for (const Object::Member& member : config) {
    if (member.key.ends_with('>')) return &member;
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<Schedule> make_schedule(const Object& config, const TimeZone& zone) {
  Object options = config;
  if (!config.contains("_type")) {
    const Object::Member* kind = kind_member(config);
    if (kind == nullptr) {
      throw ConfigError("Schedule config requires 'type>: at' parameter: " +
                        value::to_json(config));
    }
    options.set("_type", std::string_view(kind->key).substr(0, kind->key.size() - 1));
    options.set("_command", kind->value);
  }
  const std::string type = value::get_text(options, "_type");
  for (const ScheduleKind& kind : kScheduleKinds) {
    if (kind.type == type) return kind.make({options, zone});
  }
  throw ConfigError("Unknown scheduler type: " + type);
}

std::vector<std::string> unused_schedule_keys(const Object& config) {
  const Object::Member* kind = config.contains("_type") ? nullptr : kind_member(config);
  std::vector<std::string> messages;
  for (const Object::Member& member : config) {
    const bool known = &member == kind || member.key == "_type" || member.key == "_command" ||
                       std::ranges::find(kScheduleOptions, member.key) != kScheduleOptions.end();
    if (known) continue;
    const auto similar = value::similar_names(member.key, kScheduleOptions);
    std::string names;
    for (const std::string_view name : similar) {
      names.append(names.empty() ? "" : ", ").append(name);
    }
    messages.push_back(fmt::format("Parameter '{}' is not used at schedule. ", member.key) +
                       (names.empty() ? "" : "> Did you mean '[" + names + "]'?"));
  }
  return messages;
}

}  // namespace mogura::calendar
