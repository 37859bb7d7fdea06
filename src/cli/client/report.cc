#include "cli/client/report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "calendar/time_zone.h"
#include "cli/live_tree.h"
#include "value/json.h"
#include "value/utf8.h"

namespace mogura::cli {
namespace {

constexpr std::size_t kColumnGap = 2;
constexpr std::size_t kLeastColumn = 8;  // a column is not cut below this

/// The first `columns` code points, the last one an ellipsis where something is cut.
std::string cut_to(const std::string& cell, std::size_t columns) {
  if (shown_width(cell) <= columns) return cell;
  std::string cut;
  std::size_t count = 0;
  for (std::size_t at = 0; at < cell.size() && count + 1 < columns; ++count) {
    std::size_t next = at + 1;
    while (next < cell.size() && (static_cast<unsigned char>(cell[next]) & 0xc0) == 0x80) ++next;
    cut += cell.substr(at, next - at);
    at = next;
  }
  return cut + "…";
}

}  // namespace

bool prints_json(const Invocation& invocation) {
  return invocation.arguments.has("--json");
}

int print_json(const Invocation& invocation, const Value& value) {
  invocation.print(value::to_json(value));
  return kSuccess;
}

void print_fields(const Invocation& invocation, const Fields& fields, std::string_view indent) {
  for (const auto& [label, text] : fields) {
    invocation.print(std::string(indent) + std::string(label) + ": " + text);
  }
}

void print_block(const Invocation& invocation, const Fields& fields, std::string_view indent) {
  print_fields(invocation, fields, indent);
  invocation.print("");
}

Table::Table(std::vector<std::string_view> titles) {
  rows_.emplace_back(titles.begin(), titles.end());
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) std::ranges::replace(cell, '\n', ' ');
  rows_.push_back(std::move(cells));
}

std::string Table::text(std::optional<std::size_t> width) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], shown_width(row[column]));
    }
  }
  const std::size_t gaps = (widths.size() - 1) * kColumnGap;
  while (width && std::accumulate(widths.begin(), widths.end(), gaps) > *width) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= kLeastColumn) break;
    --*widest;
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string cell = cut_to(row[column], widths[column]);
      line += cell + std::string(widths[column] - shown_width(cell) + kColumnGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (text.empty() ? "" : "\n") + line;
  }
  return text;
}

std::optional<std::size_t> terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

std::string shown_instant(const std::string& iso) {
  const std::optional<Instant> instant = calendar::parse_instant(iso);
  return instant ? calendar::display_time(*instant, calendar::TimeZone::system()) : iso;
}

std::string shown_session_time(const std::string& iso) {
  const std::optional<Instant> instant = calendar::parse_instant(iso);
  if (!instant) return iso;
  static constexpr std::size_t kOffsetLength = 6;  // of +09:00
  const std::string offset = iso.ends_with('Z') || iso.size() < kOffsetLength
                                 ? "Z"
                                 : iso.substr(iso.size() - kOffsetLength);
  const auto zone = calendar::TimeZone::find(offset);
  return calendar::display_time(*instant, zone.value_or(calendar::TimeZone::utc()));
}

}  // namespace mogura::cli
