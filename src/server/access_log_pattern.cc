#include "server/access_log_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "value/json.h"

namespace mogura::server {
namespace {

constexpr std::string_view kCommon = "%h %l %u %t \"%r\" %s %b";
constexpr std::string_view kCombined =
    "%h %l %u %t \"%r\" %s %b \"%{i,Referer}\" \"%{i,User-Agent}\"";
constexpr std::array kMonthNames{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const std::vector<std::pair<std::string, std::string>> kDefaultMembers{
    {"time", "%{time}"},       {"host", "%h"},         {"forwardedfor", "%{i,X-Forwarded-For}"},
    {"method", "%m"},          {"uri", "%{uri}"},      {"protocol", "%H"},
    {"status", "%s"},          {"size", "%B"},         {"referer", "%{i,Referer}"},
    {"ua", "%{i,User-Agent}"}, {"vhost", "%{i,Host}"}, {"reqtime", "%T"}};

struct Scene {
  const net::Exchange& exchange;
  Instant now;
  const calendar::TimeZone& zone;
};

// `27/Aug/2024:01:02:03 +0000`.
std::string common_log_time(const Scene& scene) {
  const calendar::LocalTime local = scene.zone.to_local(scene.now);
  return fmt::format("[{:02}/{}/{}:{:02}:{:02}:{:02} {}]", local.day,
                     kMonthNames.at(static_cast<std::size_t>(local.month - 1)), local.year,
                     local.hour, local.minute, local.second,
                     calendar::offset_text(scene.now, scene.zone));
}

// `2024-08-27T01:02:03.456+0000`.
std::string iso_log_time(const Scene& scene) {
  std::string text = calendar::display_time_millis(scene.now, scene.zone);
  text.erase(text.rfind(' '), 1);
  std::ranges::replace(text, ' ', 'T');
  return text;
}

std::string query_of(const net::ServerRequest& request) {
  const std::size_t query = request.uri.find('?');
  return query == std::string::npos ? "" : request.uri.substr(query);
}

std::string seconds_text(Duration duration) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(duration).count());
}

// A token of one letter; absent for a value that is not there.
std::optional<std::string> value_of(char token, const Scene& scene) {
  const net::ServerRequest& request = scene.exchange.request;
  switch (token) {
    case 'a':
    case 'h':
      return request.peer;
    case 'b':
      if (scene.exchange.body_bytes == 0) return std::nullopt;
      return std::to_string(scene.exchange.body_bytes);
    case 'B':
      return std::to_string(scene.exchange.body_bytes);
    case 'D':
      return std::to_string(scene.exchange.duration / std::chrono::milliseconds(1));
    case 'H':
      return request.protocol;
    case 'm':
      return request.method;
    case 'q':
      return query_of(request);
    case 'r':
      return request.method + " " + request.uri + " " + request.protocol;
    case 's':
      return std::to_string(scene.exchange.status);
    case 't':
      return common_log_time(scene);
    case 'T':
      return seconds_text(scene.exchange.duration);
    case 'U':
      return request.target.path;
    case 'v':
      return request.header("Host");
    default:  // %l, %u and what nobody here knows
      return std::nullopt;
  }
}

// `%{i,NAME}` is a header of the request.
std::optional<std::string> named_value(std::string_view name, const Scene& scene) {
  if (name.starts_with("i,")) return scene.exchange.request.header(name.substr(2));
  if (name == "time") return iso_log_time(scene);
  if (name == "uri") return scene.exchange.request.uri;
  return std::nullopt;
}

// The text with the values of its tokens, `-` for those that are not there. Absent where it is one
// token that is not there.
std::optional<std::string> filled(std::string_view text, const Scene& scene) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%' || at + 1 == text.size()) {
      line += text[at++];
      continue;
    }
    std::optional<std::string> found;
    const std::size_t begin = at;
    const std::size_t close = text.find('}', at);
    if (text[at + 1] == '{' && close != std::string_view::npos) {
      found = named_value(text.substr(at + 2, close - at - 2), scene);
      at = close + 1;
    } else {
      found = value_of(text[at + 1], scene);
      at += 2;
    }
    if (!found && begin == 0 && at == text.size()) return std::nullopt;
    line += found.value_or("-");
  }
  // A value may hold what would begin a line of its own.
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

// `key:token key:"text with tokens"`.
std::vector<std::pair<std::string, std::string>> parse_members(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> members;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return members;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      throw ConfigError("server.access-log.pattern: expected key:token but got " +
                        std::string(text));
    }
    std::string key(text.substr(0, colon));
    text.remove_prefix(colon + 1);
    const bool is_quoted = text.starts_with('"');
    if (is_quoted) text.remove_prefix(1);
    const std::size_t end = std::min(text.find(is_quoted ? '"' : ' '), text.size());
    members.emplace_back(std::move(key), text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

AccessLogPattern::AccessLogPattern(const std::string& pattern) {
  if (pattern == "json") {
    is_json_ = true;
    members_ = kDefaultMembers;
  } else if (pattern.starts_with("json{") && pattern.ends_with('}')) {
    is_json_ = true;
    members_ = parse_members(std::string_view(pattern).substr(5, pattern.size() - 6));
  } else if (pattern == "common") {
    text_ = kCommon;
  } else if (pattern == "combined") {
    text_ = kCombined;
  } else {
    text_ = pattern;
  }
}

std::string AccessLogPattern::line(const net::Exchange& exchange, Instant now,
                                   const calendar::TimeZone& zone) const {
  const Scene scene{exchange, now, zone};
  if (!is_json_) return filled(text_, scene).value_or("-");
  Object members;
  for (const auto& [key, text] : members_) {
    const std::optional<std::string> found = filled(text, scene);
    members.set(key, found ? Value(*found) : Value());
  }
  return value::to_json(members);
}

}  // namespace mogura::server
