// What a request asks for: the path and the query of its first line (rest-api.md §2.2).
//
//   parse_target("/api/logs/5/files/+w%2Fa?task=%2Bw+a&x")
//     path      /api/logs/5/files/+w%2Fa
//     segments  api, logs, 5, files, "+w/a"          a `+` of the path is a plus
//     query     task="+w a", x=""                    a `+` of the query is a blank
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mogura::net {

/// Parameters in order, names and values decoded.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;

struct RequestTarget {
  std::string path;  // as sent, without the query
  std::vector<std::string>
      segments;  // between slashes, decoded; a slash at the end adds an empty one
  QueryParameters query;
};

/// From the path and query, the whole address, or `*`. Takes any text.
RequestTarget parse_target(std::string_view target);

/// The first value of the parameter.
std::optional<std::string> query_value(const QueryParameters& query, std::string_view name);

}  // namespace mogura::net
