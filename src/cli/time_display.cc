#include "cli/time_display.h"

#include "calendar/duration.h"

namespace mogura::cli {

std::string time_with_distance(Instant time, Instant now, const calendar::TimeZone& zone) {
  const auto distance = std::chrono::duration_cast<std::chrono::seconds>(time - now);
  const std::string shown = calendar::display_time(time, zone);
  return time > now ? shown + " (in " + calendar::elapsed_text(distance) + ")"
                    : shown + " (" + calendar::elapsed_text(-distance) + " ago)";
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (!result.empty()) result += '\n';
    result += indent;
    result += text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return result;
}

}  // namespace mogura::cli
