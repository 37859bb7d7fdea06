#include "cli/run_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/live_tree.h"

namespace mogura::cli {
namespace {

std::string counted_tasks(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " task" : " tasks");
}

/// Further lines stand below the first.
std::string hanging(const std::string& text, std::string_view indent) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += indent;
  }
  return result;
}

std::string headline(const RunReport& report) {
  const std::string after = short_duration(report.elapsed);
  if (!report.failures.empty()) {
    return fmt::format("Failed after {}: {} failed, {} succeeded.", after,
                       counted_tasks(report.failures.size()), report.succeeded);
  }
  if (report.was_interrupted) {
    return fmt::format("Interrupted after {}: {} succeeded.", after,
                       counted_tasks(report.succeeded));
  }
  return fmt::format("Success after {}: {}.", after, counted_tasks(report.succeeded));
}

}  // namespace

std::string report_text(const RunReport& report) {
  std::string text = headline(report) + "\n";
  if (report.reused > 0) {
    text += fmt::format("Not run again: {}; use --rerun to run everything.\n",
                        counted_tasks(report.reused));
  }
  for (const ReportedFailure& failure : report.failures) {
    text += "\n  " + failure.task.name + "\n    " +
            hanging(error_message(failure.task.error), "    ") + "\n";
    for (const std::string& line : failure.last_output) text += "    | " + line + "\n";
  }
  if (report.state_directory) text += "\nStates: " + *report.state_directory + "\n";
  if (report.states_lost > 0) {
    text += fmt::format("{} of them were not saved: a later run runs those tasks again.\n",
                        report.states_lost);
  }
  const bool is_unfinished = !report.failures.empty() || report.was_interrupted;
  if (is_unfinished && report.state_directory) {
    text += "Go on from here: " + report.resume_command + "\n";
  }
  return text;
}

std::string resume_command(const Program& program, const Arguments& arguments,
                           const std::string& session_time) {
  std::string command = program.name + " run";
  for (const std::string& word : arguments.positionals()) command += " " + shell_word(word);
  command += " --session " + shell_word(session_time);
  for (const std::string_view option : {"--project", "-o", "-P", "-c"}) {
    if (const auto given = arguments.text(option)) {
      command += " " + std::string(option) + " " + shell_word(*given);
    }
  }
  for (const auto& [key, text] : arguments.pairs("-p")) {
    command += " -p " + shell_word(key + "=" + text);
  }
  for (const auto& [key, text] : arguments.pairs("-X")) {
    command += " -X " + shell_word(key + "=" + text);
  }
  return command;
}

std::string shell_word(const std::string& word) {
  static constexpr std::string_view kPlain = "+-_./=:,@%^";
  const bool is_plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.contains(c);
  });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace mogura::cli
