#include "command/local.h"

namespace mogura::command {
namespace {

std::filesystem::path directory_of(const Request& request) {
  const auto joined = (request.project_path / request.work_directory).lexically_normal();
  return joined.has_filename() || !joined.has_relative_path() ? joined : joined.parent_path();
}

}  // namespace

Environment read_environment(const char* const* entries) {
  Environment environment;
  for (; *entries != nullptr; ++entries) {
    const std::string_view entry = *entries;
    const std::size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    environment.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

LocalExecutor::LocalExecutor(process::Supervisor& supervisor, const Environment& own)
    : supervisor_(supervisor), own_(own) {}

CommandId LocalExecutor::start(const Request& request, Callbacks callbacks) {
  const process::SpawnRequest spawn{.argv = request.argv,
                                    .environment = request.environment,
                                    .directory = directory_of(request),
                                    .inherited = &own_};
  try {
    return supervisor_.spawn(spawn,
                             {.output = std::move(callbacks.output),
                              .exited = [finished = std::move(callbacks.finished)](int status) {
                                finished({.status_code = status, .error_message = {}});
                              }});
  } catch (const process::ProgramError& error) {
    throw ProgramMissing(error.kind(), error.message());
  }
}

void LocalExecutor::cancel(CommandId command) {
  supervisor_.terminate(command);
}

void LocalExecutor::cancel_within(CommandId command, std::chrono::milliseconds at_most) {
  supervisor_.terminate_within(command, at_most);
}

}  // namespace mogura::command
