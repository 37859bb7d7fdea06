#include "cli/run_summary.h"

#include "value/json.h"

namespace mogura::cli {
namespace {

constexpr std::string_view kHints =
    "  * Use --session <daily | hourly | \"yyyy-MM-dd[ HH:mm:ss]\"> to not reuse the last session "
    "time.\n"
    "  * Use --rerun, --start +NAME, or --goal +NAME argument to rerun skipped tasks.";

}  // namespace

std::string error_message(const Object& error) {
  static constexpr std::string_view kExceptionMark = "Exception: ";
  const Value* message = error.find("message");
  if (message == nullptr || !message->is_text() || message->as_text().empty()) {
    return value::to_json(error);
  }
  const std::string& text = message->as_text();
  const std::size_t mark = text.find(kExceptionMark);
  const bool has_prefix = mark != std::string::npos && mark > 0;
  return has_prefix ? text.substr(mark + kExceptionMark.size()) : text;
}

std::string success_summary(const std::optional<std::string>& state_directory) {
  std::string text = "Success.";
  if (state_directory) text += " Task state is saved at " + *state_directory + " directory.";
  text += "\n";
  text += kHints;
  return text + "\n";
}

std::string failure_summary(const std::vector<FailedTask>& failed,
                            const std::optional<std::string>& state_directory) {
  std::string text = "\n";
  for (const FailedTask& task : failed) {
    text += "  * " + task.name + ":\n    " + error_message(task.error) + "\n";
  }
  text += "\n";
  if (state_directory) {
    text += "Task state is saved at " + *state_directory + " directory.\n";
    text += kHints;
  }
  return text;
}

}  // namespace mogura::cli
