// The parser of the dialect keeps no places, and need not for this: keys of blocks are told by
// their indentation. A stack holds the keys that are open; a line closes those that are not left of
// it.
//
//   +load:            {+load}
//     sh>: |          {+load, sh>}
//       +x: no task   {+load, sh>, +x}: not all of them are tasks
//   +report:          {+report}
#include "cli/task_lines.h"

#include <vector>

namespace mogura::cli {
namespace {

struct OpenKey {
  std::size_t indent;
  std::string path;  // of tasks down to this one; empty for what is no task, or below such
};

/// The key that the line begins with; empty for none.
std::string_view key_of(std::string_view line) {
  if (line.empty() || line[0] == '#') return {};
  const bool is_quoted = line[0] == '"' || line[0] == '\'';
  const std::size_t end = is_quoted ? line.find(line[0], 1) : line.find(':');
  if (end == std::string_view::npos) return {};
  if (line.find_first_not_of(' ', end + (is_quoted ? 1 : 0)) != line.find(':', end)) return {};
  if (line.find(':', end) == std::string_view::npos) return {};
  std::string_view key = is_quoted ? line.substr(1, end - 1) : line.substr(0, end);
  while (key.ends_with(' ')) key.remove_suffix(1);
  return key;
}

}  // namespace

std::map<std::string, int, std::less<>> task_lines(std::string_view dig) {
  std::map<std::string, int, std::less<>> lines;
  std::vector<OpenKey> open;
  for (int number = 1; !dig.empty(); ++number) {
    const std::size_t end = dig.find('\n');
    std::string_view line = dig.substr(0, end);
    dig.remove_prefix(end == std::string_view::npos ? dig.size() : end + 1);
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view key = key_of(line.substr(indent));
    if (key.empty()) continue;
    while (!open.empty() && open.back().indent >= indent) open.pop_back();
    const bool is_below_tasks = open.empty() || !open.back().path.empty();
    std::string path;
    if (key.starts_with('+') && is_below_tasks) {
      path = (open.empty() ? "" : open.back().path) + std::string(key);
      lines.emplace(path, number);
    } else if (key == "schedule" && open.empty()) {
      lines.emplace(key, number);
    }
    open.push_back({indent, std::move(path)});
  }
  return lines;
}

}  // namespace mogura::cli
