#include "cli/run_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/live_tree.h"
#include "cli/log_layout.h"

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

Array texts(const std::vector<std::string>& lines) {
  Array array;
  for (const std::string& line : lines) array.push_back(line);
  return array;
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

std::string report_json(const RunReport& report, Instant now) {
  const bool is_failure = !report.failures.empty();
  const bool is_unfinished = is_failure || report.was_interrupted;
  Array failures;
  for (const ReportedFailure& failure : report.failures) {
    failures.push_back(Object{{"task", failure.task.name},
                              {"message", error_message(failure.task.error)},
                              {"last_output", texts(failure.last_output)}});
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(report.elapsed);
  Object summary = {{"status", is_failure               ? "failed"
                               : report.was_interrupted ? "interrupted"
                                                        : "success"},
                    {"workflow", report.workflow},
                    {"session_time", report.session_time},
                    {"elapsed_ms", std::int64_t{elapsed.count()}},
                    {"succeeded", static_cast<std::int64_t>(report.succeeded)},
                    {"reused", static_cast<std::int64_t>(report.reused)},
                    {"failures", std::move(failures)},
                    {"state_directory", nullptr},
                    {"states_lost", static_cast<std::int64_t>(report.states_lost)},
                    {"resume_command", nullptr}};
  if (report.state_directory) {
    summary.set("state_directory", *report.state_directory);
    if (is_unfinished) summary.set("resume_command", report.resume_command);
  }
  const std::string text = headline(report);
  return json_log_line({.time = now,
                        .level = is_unfinished ? LogLevel::error : LogLevel::info,
                        .label = "main",
                        .component = "io.digdag.cli.Run",
                        .text = text},
                       {{"summary", std::move(summary)}});
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
