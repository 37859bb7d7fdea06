#include "calendar/duration.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdint>

namespace mogura::calendar {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> kUnits = {{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size()));
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  auto unit = kUnits.begin();
  skip_blanks(text);
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    skip_blanks(text);
    if (text.empty()) return std::nullopt;
    const char letter = static_cast<char>(text.front() | 0x20);
    while (unit != kUnits.end() && unit->letter != letter) ++unit;
    if (unit == kUnits.end()) return std::nullopt;
    total += number * unit->seconds;
    ++unit;
    text.remove_prefix(1);
    skip_blanks(text);
  }
  const std::chrono::seconds duration(total);
  if (duration > kMaxDuration) return std::nullopt;
  return duration;
}

std::string duration_text(std::chrono::seconds duration) {
  std::string text;
  std::int64_t rest = duration.count();
  for (const Unit& unit : kUnits) {
    const std::int64_t number = rest / unit.seconds;
    rest %= unit.seconds;
    if (number == 0) continue;
    text += fmt::format("{}{}{}", text.empty() ? "" : " ", number, unit.letter);
  }
  return text;
}

std::string elapsed_text(std::chrono::seconds duration) {
  const std::int64_t seconds = duration.count();
  if (seconds >= 3600) {
    return fmt::format("{}h {}m {}s", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  if (seconds >= 60) return fmt::format("{}m {}s", seconds / 60, seconds % 60);
  return fmt::format("{}s", seconds);
}

}  // namespace mogura::calendar
