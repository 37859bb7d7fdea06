#include "calendar/whole_numbers.h"

#include <algorithm>
#include <charconv>

namespace mogura::calendar {

std::optional<std::int32_t> whole_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::vector<std::int64_t>> colon_numbers(std::string_view text) {
  while (text.ends_with(':')) text.remove_suffix(1);
  std::vector<std::int64_t> numbers;
  for (;;) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::optional<std::int32_t> number = whole_number(text.substr(0, colon));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    if (colon == text.size()) return numbers;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace mogura::calendar
