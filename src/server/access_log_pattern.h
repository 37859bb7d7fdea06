// What a line of the access log holds (rest-api.md §14.2).
//
//   json                              the default members, as one JSON object
//   json{who:%a what:"%m %U"}         members of one's own
//   common, combined                  as other web servers write them
//   %h "%r" %s %{i,User-Agent}        any text with tokens
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "calendar/time_zone.h"
#include "net/http_server.h"

namespace mogura::server {

class AccessLogPattern {
 public:
  /// Throws ConfigError for a malformed `json{...}`.
  explicit AccessLogPattern(const std::string& pattern);

  /// Without an end of line.
  std::string line(const net::Exchange& exchange, Instant now,
                   const calendar::TimeZone& zone) const;

 private:
  bool is_json_ = false;
  std::string text_;                                          // with tokens
  std::vector<std::pair<std::string, std::string>> members_;  // key, text with tokens
};

}  // namespace mogura::server
