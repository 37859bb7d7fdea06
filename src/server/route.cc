#include "server/route.h"

#include <charconv>
#include <limits>
#include <span>

#include "server/reply.h"
#include "value/utf8.h"

namespace mogura::server {
namespace {

struct Variable {
  std::string_view name;
  ParameterType type = ParameterType::text;
};

Variable variable_of(std::string_view segment) {
  std::string_view inside = segment.substr(1, segment.size() - 2);
  const std::size_t colon = inside.find(':');
  if (colon == std::string_view::npos) return {inside};
  const bool is_long = inside.substr(colon + 1) == "int64";
  return {inside.substr(0, colon), is_long ? ParameterType::int64 : ParameterType::int32};
}

}  // namespace

bool parse_id(std::string_view text, ParameterType type, std::int64_t& number) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return false;
  return type != ParameterType::int32 || (number >= std::numeric_limits<std::int32_t>::min() &&
                                          number <= std::numeric_limits<std::int32_t>::max());
}

MatchedPath match_path(std::string_view path_template,
                       const std::vector<std::string>& path_segments) {
  MatchedPath matched;
  // A slash at the end does not count.
  std::span<const std::string> segments(path_segments);
  if (segments.size() > 1 && segments.back().empty())
    segments = segments.first(segments.size() - 1);
  bool malformed = false;
  std::size_t at = 1;
  for (const std::string& segment : segments) {
    if (at > path_template.size()) return {};
    const std::size_t end = std::min(path_template.find('/', at), path_template.size());
    const std::string_view expected = path_template.substr(at, end - at);
    at = end + 1;
    if (!expected.starts_with('{')) {
      if (segment != expected) return {};
      continue;
    }
    if (segment.empty()) return {};
    const Variable variable = variable_of(expected);
    std::int64_t ignored = 0;
    malformed = malformed || (variable.type != ParameterType::text &&
                              !parse_id(segment, variable.type, ignored));
    matched.variables.emplace_back(variable.name, value::valid_utf8(segment));
  }
  if (at <= path_template.size()) return {};
  matched.match = malformed ? PathMatch::malformed : PathMatch::full;
  return matched;
}

const std::string& Call::text(std::string_view name) const {
  for (const auto& [variable, value] : path) {
    if (variable == name) return value;
  }
  throw RuntimeError("The path of this route has no variable " + std::string(name));
}

std::int64_t Call::id(std::string_view name) const {
  std::int64_t number = 0;
  parse_id(text(name), ParameterType::int64, number);
  return number;
}

std::string_view Route::produces() const {
  return result.contains('/') ? result : kJson;
}

}  // namespace mogura::server
