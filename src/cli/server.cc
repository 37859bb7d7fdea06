#include "cli/commands.h"

namespace mogura::cli {
namespace {

[[noreturn]] void refuse_server(const Invocation& invocation) {
  throw Error("", "`" + invocation.program.name + " " + std::string(invocation.command.name) +
                      "` is not part of this build, which runs workflows without a server.");
}

}  // namespace

int run_server(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  require_positionals(invocation, 0, 0);
  if (!arguments.has("-o") && !arguments.has("-m") && !invocation.config_path) {
    throw UsageError("--database, --memory, or --config option is required");
  }
  if (arguments.has("-o") && arguments.has("-m")) {
    throw UsageError("Setting both --database and --memory is invalid");
  }
  refuse_server(invocation);
}

}  // namespace mogura::cli
