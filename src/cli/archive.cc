#include "cli/commands.h"
#include "cli/files.h"
#include "cli/project_packing.h"

namespace mogura::cli {
namespace {

void print_examples(const Invocation& invocation, const std::string& output) {
  const std::string& name = invocation.program.name;
  if (invocation.program.is_mogura()) {
    invocation.print("Use `" + name + " upload " + output +
                     " <project> -r <revision>` to upload it to a server.");
    return;
  }
  const std::string upload = "    $ " + name + " upload " + output;
  invocation.print("Use `" + name +
                   " upload <path.tar.gz> <project> <revision>` to upload it a server.");
  invocation.print("");
  invocation.print("  Examples:");
  invocation.print(upload + " $(basename $(pwd)) -r $(date +%Y%m%d-%H%M%S)");
  invocation.print(upload + " $(git rev-parse --abbrev-ref HEAD) -r $(git rev-parse HEAD)");
  invocation.print("");
}

}  // namespace

int run_archive(const Invocation& invocation) {
  require_positionals(invocation, 0, 0);
  const Arguments& arguments = invocation.arguments;
  const std::string output = arguments.text_or("-o", "digdag.archive.tar.gz");
  pack_project(invocation, {.project = absolute_path(arguments.text_or("--project", ".")),
                            .archive = absolute_path(output),
                            .shown_archive = output});
  invocation.print("Created " + output + ".");
  print_examples(invocation, output);
  return kSuccess;
}

}  // namespace mogura::cli
