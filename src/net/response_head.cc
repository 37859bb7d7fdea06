#include "net/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "net/http_server.h"

namespace mogura::net {
namespace {

struct StatusWords {
  int status;
  std::string_view words;
};
constexpr StatusWords kStatusWords[] = {
    {200, "OK"},
    {204, "No Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Payload Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Entity"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};
constexpr std::array kWeekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_header(std::string& text, std::string_view name, std::string_view value) {
  const auto append_line = [&text](std::string_view part) {
    std::ranges::replace_copy_if(
        part, std::back_inserter(text), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  };
  append_line(name);
  text += ": ";
  append_line(value);
  text += "\r\n";
}

}  // namespace

std::string_view status_text(int status) {
  for (const auto& [number, words] : kStatusWords) {
    if (number == status) return words;
  }
  return {};
}

std::string http_date(Instant instant) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kWeekdays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                     kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string response_head(const ResponseHead& head) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", head.status, status_text(head.status));
  for (const auto& [name, value] : head.headers) append_header(text, name, value);
  if (head.coding != ContentCoding::identity) {
    append_header(text, "Content-Encoding", coding_name(head.coding));
  }
  if (head.content_length && !is_bodiless(head.status)) {
    append_header(text, "Content-Length", std::to_string(*head.content_length));
  }
  if (head.chunked) append_header(text, "Transfer-Encoding", "chunked");
  if (!head.keep_alive) {
    append_header(text, "Connection", "close");
  } else if (head.is_http_1_0) {
    append_header(text, "Connection", "keep-alive");
  }
  append_header(text, "Date", http_date(head.now));
  return text + "\r\n";
}

}  // namespace mogura::net
