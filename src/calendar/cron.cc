// A field is read into the list of its values in order, since steps count along that list:
// "fri-mon/2" is 5 6 7 0 1, and every second of it. The set of values then becomes a bit mask.
//
// The search for the next match looks at local dates day by day, skipping whole months that do not
// match, and takes the first hour and minute of a day that does. A pattern that is accepted has a
// match within the 400 years after which the calendar repeats.
#include "calendar/cron.h"

#include <absl/time/civil_time.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "calendar/dates.h"

namespace mogura::calendar {
namespace {

// The value of `L`, one beyond the days of any month.
constexpr int kLastDay = 32;

constexpr std::array<std::string_view, 1> kDayNames = {"l"};
constexpr std::array<std::string_view, 12> kMonthNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"sun", "mon", "tue", "wed",
                                                           "thu", "fri", "sat"};

struct CronField {
  std::string_view name;
  int min;
  int max;
  std::span<const std::string_view> value_names;
  int first_name;
  // Another number for `min`, one beyond `max`: Sunday is 0 and 7.
  std::optional<int> second_min;
};

constexpr CronField kMinutes = {"minutes", 0, 59, {}, 0, {}};
constexpr CronField kHours = {"hours", 0, 23, {}, 0, {}};
constexpr CronField kDays = {"days of month", 1, 31, kDayNames, kLastDay, {}};
constexpr CronField kMonths = {"months", 1, 12, kMonthNames, 1, {}};
constexpr CronField kWeekdays = {"days of week", 0, 6, kWeekdayNames, 0, 7};

// Why a field cannot be read; ends up in the message about the pattern.
struct FieldProblem {
  std::string text;
};

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// The pieces between any number of separators: a separator at either end is swallowed.
std::vector<std::string_view> pieces_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return pieces;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::optional<int> cron_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

int cron_value(const CronField& field, std::string_view text) {
  const std::optional<int> number = cron_number(text);
  if (number) {
    if ((*number >= field.min && *number <= field.max) || number == field.second_min)
      return *number;
    throw FieldProblem{"invalid value " + in_quotes(text) + ", value out of range"};
  }
  const auto found = std::ranges::find(field.value_names, lower_case(text));
  if (found == field.value_names.end()) {
    throw FieldProblem{"invalid value " + in_quotes(text) + ", invalid integer value"};
  }
  return field.first_name + static_cast<int>(found - field.value_names.begin());
}

std::vector<int> sequence(int first, int last) {
  std::vector<int> values;
  for (int value = first; value <= last; ++value) values.push_back(value);
  return values;
}

// `a`, `a-b` (which may wrap around the end of the field) or `*`.
std::vector<int> cron_range(const CronField& field, std::string_view text) {
  if (text == "*") return sequence(field.min, field.max);
  const std::vector<std::string_view> ends = pieces_of(text, "-");
  if (ends.empty() || ends.size() > 2) throw FieldProblem{"invalid range, syntax error"};
  int first = cron_value(field, ends.front());
  if (first == field.second_min) first = field.min;
  if (ends.size() == 1) return {first};
  const int last = cron_value(field, ends.back());
  if (first <= last) return sequence(first, last);
  std::vector<int> values = sequence(first, field.max);
  for (const int value : sequence(field.min, last)) values.push_back(value);
  return values;
}

// A range, or every n-th value of it.
std::vector<int> cron_element(const CronField& field, std::string_view text) {
  const std::vector<std::string_view> parts = pieces_of(text, "/");
  if (parts.empty() || parts.size() > 2) throw FieldProblem{"syntax error"};
  const std::vector<int> range = cron_range(field, parts.front());
  if (parts.size() == 1) return range;
  const std::string_view step_text = parts.back();
  const std::string_view digits = step_text.substr(step_text.starts_with('-') ? 1 : 0);
  const std::optional<int> step = cron_number(digits);
  if (!step) throw FieldProblem{"invalid divisor " + in_quotes(step_text)};
  if (*step < 1 || digits.size() != step_text.size()) {
    throw FieldProblem{"non positive divisor " + in_quotes(step_text)};
  }
  std::vector<int> values;
  for (std::size_t at = 0; at < range.size(); at += static_cast<std::size_t>(*step)) {
    values.push_back(range[at]);
  }
  return values;
}

std::uint64_t bit_of(int value) {
  return std::uint64_t{1} << value;
}
bool has_bit(std::uint64_t bits, int value) {
  return (bits & bit_of(value)) != 0;
}

std::uint64_t cron_field(const CronField& field, std::string_view text) {
  std::uint64_t bits = 0;
  for (const std::string_view element : pieces_of(text, ",")) {
    try {
      for (const int value : cron_element(field, element)) {
        bits |= bit_of(value == field.second_min ? field.min : value);
      }
    } catch (const FieldProblem& problem) {
      throw FieldProblem{"invalid field " + in_quotes(text) + ", invalid element " +
                         in_quotes(element) + ", " + problem.text};
    }
  }
  if (bits == 0) throw FieldProblem{"invalid field " + in_quotes(text)};
  return bits;
}

// The first value of at least `from`; absent where there is none.
std::optional<int> first_bit(std::uint64_t bits, int from) {
  if (from >= 64 || bits >> from == 0) return std::nullopt;
  return from + std::countr_zero(bits >> from);
}

// Whether some year has one of these days in one of these months. Over 400 years each date falls on
// each weekday, so the weekdays need no look.
bool day_exists(std::uint64_t days, std::uint64_t months) {
  if (has_bit(days, kLastDay)) return true;
  const int first = std::countr_zero(days);
  constexpr int kLeapYear = 2000;
  for (int month = 1; month <= 12; ++month) {
    if (has_bit(months, month) && first <= days_in_month(kLeapYear, month)) return true;
  }
  return false;
}

Error invalid_pattern(std::string message) {
  return Error("invalid pattern", std::move(message));
}

}  // namespace

CronPattern CronPattern::parse(std::string_view text) {
  CronPattern pattern;
  for (const std::string_view piece : pieces_of(text, "|")) {
    pattern.alternatives_.push_back(parse_alternative(piece));
  }
  if (pattern.alternatives_.empty()) throw invalid_pattern("invalid pattern: " + in_quotes(text));
  return pattern;
}

CronPattern::Alternative CronPattern::parse_alternative(std::string_view text) {
  const std::vector<std::string_view> fields = pieces_of(text, " \t");
  if (fields.size() != 5) throw invalid_pattern("invalid pattern: " + in_quotes(text));
  Alternative alternative;
  const auto read = [&](const CronField& field, std::size_t at) {
    try {
      return cron_field(field, fields[at]);
    } catch (const FieldProblem& problem) {
      throw invalid_pattern("invalid pattern " + in_quotes(text) + ". Error parsing " +
                            std::string(field.name) + " field: " + problem.text + ".");
    }
  };
  alternative.minutes = read(kMinutes, 0);
  alternative.hours = read(kHours, 1);
  alternative.days = read(kDays, 2);
  alternative.months = read(kMonths, 3);
  alternative.weekdays = read(kWeekdays, 4);
  if (!day_exists(alternative.days, alternative.months)) {
    throw invalid_pattern("invalid pattern: " + in_quotes(text) + " never matches");
  }
  return alternative;
}

bool CronPattern::day_matches(const Alternative& alternative, int year, int month, int day) {
  const bool last = has_bit(alternative.days, kLastDay) && day == days_in_month(year, month);
  return (last || has_bit(alternative.days, day)) &&
         has_bit(alternative.weekdays, weekday_of(year, month, day));
}

bool CronPattern::matches(const Alternative& alternative, const LocalTime& local) {
  return has_bit(alternative.minutes, local.minute) && has_bit(alternative.hours, local.hour) &&
         has_bit(alternative.months, local.month) &&
         day_matches(alternative, local.year, local.month, local.day);
}

bool CronPattern::matches(Instant instant, const TimeZone& zone) const {
  const LocalTime local = zone.to_local(instant);
  return std::ranges::any_of(
      alternatives_, [&](const Alternative& alternative) { return matches(alternative, local); });
}

LocalTime CronPattern::first_from(const Alternative& alternative, const LocalTime& from) {
  const absl::CivilDay first_day(from.year, from.month, from.day);
  for (absl::CivilDay day = first_day;;) {
    if (!has_bit(alternative.months, day.month())) {
      day = absl::CivilDay(absl::CivilMonth(day) + 1);
      continue;
    }
    const LocalTime earliest = day == first_day ? from : LocalTime{0, 0, 0, 0, 0, 0};
    const int year = static_cast<int>(day.year());
    if (day_matches(alternative, year, day.month(), day.day())) {
      for (std::optional<int> hour = first_bit(alternative.hours, earliest.hour); hour;
           hour = first_bit(alternative.hours, *hour + 1)) {
        const int from_minute = *hour == earliest.hour ? earliest.minute : 0;
        if (const std::optional<int> minute = first_bit(alternative.minutes, from_minute)) {
          return {year, day.month(), day.day(), *hour, *minute, 0};
        }
      }
    }
    ++day;
  }
}

Instant CronPattern::next_after(Instant instant, const TimeZone& zone) const {
  const Instant next = std::chrono::floor<std::chrono::minutes>(instant) + std::chrono::minutes(1);
  if (matches(next, zone)) return next;
  const LocalTime from = zone.to_local(next);
  Instant earliest = Instant::max();
  for (const Alternative& alternative : alternatives_) {
    earliest = std::min(earliest, zone.to_instant_later(first_from(alternative, from)));
  }
  return earliest;
}

}  // namespace mogura::calendar
