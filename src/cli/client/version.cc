#include "cli/client/server_api.h"
#include "cli/commands.h"
#include "value/config.h"

namespace mogura::cli {

int run_version(const Invocation& invocation) {
  invocation.print("Client version: " + invocation.program.version());
  try {
    const Value answer = ServerApi(invocation).get("/api/version");
    const bool named = answer.is_object() && answer.as_object().contains("version");
    invocation.print("Server version: " +
                     (named ? value::get_text(answer.as_object(), "version") : std::string()));
  } catch (const Error&) {
    invocation.print("An error happened during getting Server version.");
    throw;
  }
  return kSuccess;
}

}  // namespace mogura::cli
