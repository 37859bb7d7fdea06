#include "server/media_type.h"

#include <algorithm>

namespace mogura::server {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool range_includes(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == "*") return true;
  if (range.ends_with("/*")) range.remove_suffix(1);
  return range.ends_with('/') ? equal_ignoring_case(range, type.substr(0, range.size()))
                              : equal_ignoring_case(range, type);
}

// `;q=0` and `;q=0.000` exclude what they follow.
bool is_excluded(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  return trimmed(parameters.substr(q + 2)).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts(std::string_view accept, std::string_view type) {
  if (trimmed(accept).empty()) return true;
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    const std::string_view item = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const std::size_t parameters = std::min(item.find(';'), item.size());
    if (range_includes(trimmed(item.substr(0, parameters)), type) &&
        !is_excluded(item.substr(parameters))) {
      return true;
    }
  }
  return false;
}

bool is_type(std::string_view content_type, std::string_view type) {
  return equal_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))), type);
}

}  // namespace mogura::server
