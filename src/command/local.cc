#include "command/local.h"

#include <unistd.h>

#include <string_view>

namespace mogura::command {
namespace {

std::vector<std::pair<std::string, std::string>> read_environment() {
  std::vector<std::pair<std::string, std::string>> environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    // What is not NAME=VALUE is no variable, though whoever started us may have put it there.
    if (equals == 0 || equals == std::string_view::npos) continue;
    environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

}  // namespace

LocalExecutor::LocalExecutor(process::Supervisor& supervisor)
    : supervisor_(supervisor), own_environment_(read_environment()) {}

CommandId LocalExecutor::start(const Request& request, Callbacks callbacks) {
  process::SpawnRequest spawn{
      .argv = request.argv,
      .environment = own_environment_,
      .directory = (request.project_path / request.work_directory).lexically_normal()};
  spawn.environment.insert(spawn.environment.end(), request.environment.begin(),
                           request.environment.end());
  return supervisor_.spawn(spawn,
                           {.output = std::move(callbacks.output),
                            .exited = [finished = std::move(callbacks.finished)](int status) {
                              finished({.status_code = status, .error_message = {}});
                            }});
}

void LocalExecutor::cancel(CommandId command) {
  supervisor_.terminate(command);
}

}  // namespace mogura::command
