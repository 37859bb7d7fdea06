#include "net/http_target.h"

#include "net/url.h"

namespace mogura::net {
namespace {

constexpr std::string_view kSchemeEnd = "://";

// `http://host:1/a?b` is `/a?b`: what a proxy is asked for.
std::string_view without_origin(std::string_view target) {
  if (target.empty() || target.front() == '/') return target;
  const std::size_t scheme = target.find(kSchemeEnd);
  if (scheme == std::string_view::npos) return target;
  const std::size_t path = target.find_first_of("/?", scheme + kSchemeEnd.size());
  return path == std::string_view::npos ? "/" : target.substr(path);
}

std::vector<std::string> decoded_segments(std::string_view path) {
  std::vector<std::string> segments;
  std::size_t at = path.starts_with('/') ? 1 : 0;
  while (at <= path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    segments.push_back(percent_decode(path.substr(at, end - at)));
    at = end + 1;
  }
  return segments;
}

QueryParameters decoded_query(std::string_view query) {
  QueryParameters parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.empty()) continue;
    const std::size_t name_end = std::min(parameter.find('='), parameter.size());
    parameters.emplace_back(
        form_decode(parameter.substr(0, name_end)),
        form_decode(parameter.substr(std::min(name_end + 1, parameter.size()))));
  }
  return parameters;
}

}  // namespace

RequestTarget parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  target = without_origin(target);
  const std::size_t query = std::min(target.find('?'), target.size());
  RequestTarget parsed;
  parsed.path = std::string(target.substr(0, query));
  parsed.segments = decoded_segments(parsed.path);
  parsed.query = decoded_query(target.substr(std::min(query + 1, target.size())));
  return parsed;
}

std::optional<std::string> query_value(const QueryParameters& query, std::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace mogura::net
