#include "calendar/strict_date.h"

#include <fmt/core.h>

#include <array>

#include "calendar/dates.h"

namespace mogura::calendar {
namespace {

constexpr std::array<std::string_view, 12> kUpperMonths = {
    "JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
    "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};

// The text as messages repeat it: cut to 64 UTF-16 units.
std::string abbreviated(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0) == 0x80) continue;
    units += byte >= 0xF0 ? 2 : 1;
    if (units > kLongest) return std::string(text.substr(0, at)) + "...";
  }
  return std::string(text);
}

bool is_decimal_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t count_digits(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_decimal_digit(text[at + count])) ++count;
  return count;
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  for (const char c : text.substr(at, digits)) number = number * 10 + (c - '0');
  return number;
}

// Where the shape `dddd-dd-dd` breaks; absent where the text begins with it.
std::optional<std::size_t> broken_at(std::string_view text) {
  if (count_digits(text, 0) != 4) return 0;
  for (const std::size_t dash : {std::size_t{4}, std::size_t{7}}) {
    if (text.size() <= dash || text[dash] != '-') return dash;
    if (count_digits(text, dash + 1) < 2) return dash + 1;
  }
  return std::nullopt;
}

// What is wrong with the numbers; empty where the date exists.
std::string date_problem(int year, int month, int day) {
  if (month < 1 || month > 12) {
    return fmt::format("Invalid value for MonthOfYear (valid values 1 - 12): {}", month);
  }
  if (day < 1 || day > 31) {
    return fmt::format("Invalid value for DayOfMonth (valid values 1 - 28/31): {}", day);
  }
  if (day <= days_in_month(year, month)) return "";
  if (month == 2 && day == 29) {
    return fmt::format("Invalid date 'February 29' as '{}' is not a leap year", year);
  }
  return fmt::format("Invalid date '{} {}'", kUpperMonths[static_cast<std::size_t>(month - 1)],
                     day);
}

}  // namespace

std::expected<LocalTime, std::string> parse_strict_date(std::string_view text) {
  const std::string prefix = "Text '" + abbreviated(text) + "' could not be parsed";
  if (const std::optional<std::size_t> at = broken_at(text)) {
    return std::unexpected(fmt::format("{} at index {}", prefix, *at));
  }
  constexpr std::size_t kLength = 10;
  if (text.size() > kLength) {
    return std::unexpected(fmt::format("{}, unparsed text found at index {}", prefix, kLength));
  }
  const LocalTime date = {number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2)};
  const std::string problem = date_problem(date.year, date.month, date.day);
  if (!problem.empty()) return std::unexpected(prefix + ": " + problem);
  return date;
}

}  // namespace mogura::calendar
