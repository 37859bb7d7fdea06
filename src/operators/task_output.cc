#include "operators/task_output.h"

#include <algorithm>
#include <string>

#include "operators/operator.h"
#include "operators/script_command.h"
#include "operators/utf16.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

constexpr std::size_t kMaxShownUnits = 200;

TaskFailed bad_line(std::size_t number, std::string_view line, std::string_view problem) {
  const std::u16string units = utf16(line);
  std::string shown = utf8(std::u16string_view(units).substr(0, kMaxShownUnits));
  if (units.size() > kMaxShownUnits) shown += "...";
  return TaskFailed("Line " + std::to_string(number) + " of $MOGURA_OUTPUT " +
                    std::string(problem) + ": " + shown);
}

void read_object_line(std::size_t number, std::string_view line, Object& parameters) {
  try {
    const Value value = value::parse_json(line);
    for (const auto& [key, member] : value.as_object()) parameters.set(key, member);
  } catch (const Error& error) {
    throw bad_line(number, line, "is no JSON object (" + error.message() + ")");
  }
}

void read_line(std::size_t number, std::string_view line, Object& parameters) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) return;
  // What is valid UTF-8 comes back from its code units as it was.
  if (utf8(utf16(line)) != line) throw bad_line(number, line, "is not UTF-8");
  if (line.starts_with('{')) return read_object_line(number, line, parameters);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || !is_environment_name(line.substr(0, equals))) {
    throw bad_line(number, line, "is neither NAME=TEXT nor a JSON object");
  }
  parameters.set(line.substr(0, equals), line.substr(equals + 1));
}

}  // namespace

Object parse_task_output(std::string_view content) {
  Object parameters;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    read_line(number, line, parameters);
  }
  return parameters;
}

}  // namespace mogura::operators
