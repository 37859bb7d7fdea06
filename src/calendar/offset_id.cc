#include "calendar/offset_id.h"

#include <fmt/core.h>

#include <cstdlib>

namespace mogura::calendar {
namespace {

// The two digits that `text` starts with, which leave it; absent where there are none.
std::optional<int> take_two_digits(std::string_view& text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < 2 || !digit(text[0]) || !digit(text[1])) return std::nullopt;
  const int number = (text[0] - '0') * 10 + (text[1] - '0');
  text.remove_prefix(2);
  return number;
}

}  // namespace

std::optional<int> parse_offset_id(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);

  const std::string one_digit_hour = "0" + std::string(text);
  if (text.size() == 1) text = one_digit_hour;
  const bool colons = text.find(':') != std::string_view::npos;

  int seconds = 0;
  int parts = 0;
  for (const int unit : {3600, 60, 1}) {
    if (parts > 0 && text.empty()) break;
    if (parts > 0 && colons) {
      if (text.front() != ':') return std::nullopt;
      text.remove_prefix(1);
    }
    const std::optional<int> number = take_two_digits(text);
    if (!number || (parts > 0 && *number > 59)) return std::nullopt;
    seconds += *number * unit;
    ++parts;
  }
  if (!text.empty() || seconds > kMaxOffsetSeconds) return std::nullopt;
  return sign * seconds;
}

std::string offset_id(int offset_seconds) {
  if (offset_seconds == 0) return "Z";
  const int size = std::abs(offset_seconds);
  std::string text =
      fmt::format("{}{:02}:{:02}", offset_seconds < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60 != 0) text += fmt::format(":{:02}", size % 60);
  return text;
}

}  // namespace mogura::calendar
