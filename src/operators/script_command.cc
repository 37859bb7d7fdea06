#include "operators/script_command.h"

#include <algorithm>

#include "operators/task_output.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kOutputFile = "output";

}  // namespace

bool is_environment_name(std::string_view name) {
  const auto starts = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto goes_on = [&](char c) { return starts(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && starts(name.front()) && std::ranges::all_of(name, goes_on);
}

RuntimeError command_failed(const command::Finished& finished) {
  std::vector<Error> causes;
  if (!finished.error_message.empty()) causes.push_back(RuntimeError(finished.error_message));
  return RuntimeError("Command failed with code " + std::to_string(finished.status_code),
                      std::move(causes));
}

ScriptCommand::ScriptCommand(const Context& context, std::string_view operator_name)
    : context_(context),
      workspace_(context),
      directory_(context.environment.temporary_directories, workspace_.project_path(),
                 "digdag-" + std::string(operator_name), context.request.task_id) {}

std::string ScriptCommand::add_file(std::string_view name, std::string_view content) {
  directory_.write(name, content);
  return relative_path(name);
}

std::string ScriptCommand::relative_path(std::string_view name) const {
  const std::filesystem::path file = directory_.project_relative() / name;
  const std::filesystem::path& work_directory = workspace_.work_directory();
  return (work_directory.empty() ? file : file.lexically_relative(work_directory)).string();
}

std::optional<std::string> ScriptCommand::content_of(std::string_view name) const {
  return read_bytes(directory_.path() / name, kMaxParameterFileBytes);
}

command::Request ScriptCommand::request(std::vector<std::string> argv, Environment variables) {
  add_own_environment(variables);
  directory_.forget_earlier_files();
  variables.emplace_back(kTaskOutputVariable, (directory_.path() / kOutputFile).string());
  return command::Request{
      .argv = std::move(argv),
      .environment = std::move(variables),
      .project_path = workspace_.project_path(),
      .work_directory = workspace_.work_directory(),
      .io_directory = directory_.project_relative(),
  };
}

Done ScriptCommand::end(const command::Finished& finished) const {
  if (finished.status_code != 0) throw command_failed(finished);
  Done done;
  done.result.store_params = output_parameters();
  return done;
}

Object ScriptCommand::output_parameters() const {
  std::optional<std::string> content;
  try {
    content = read_bytes(directory_.path() / kOutputFile, kMaxTaskOutputBytes);
  } catch (const Error& error) {
    throw TaskFailed("Failed to read $MOGURA_OUTPUT: " + error.message());
  }
  return content ? parse_task_output(*content) : Object{};
}

void ScriptCommand::add_own_environment(Environment& variables) const {
  for (const auto& [name, value] : context_.env) {
    if (!is_environment_name(name)) throw ConfigError("Invalid _env key name: " + name);
    // Of equal names the last one counts.
    variables.emplace_back(
        name, secrets::resolve_secrets(value::get_text(context_.env, name), context_.raw_secrets));
  }
}

}  // namespace mogura::operators
