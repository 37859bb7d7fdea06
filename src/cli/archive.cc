#include <fcntl.h>

#include <filesystem>

#include "base/unique_fd.h"
#include "blob/archive_writer.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "workflow/project.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

/// Digdag opens the archive before it lists the project, and so lists the archive too.
void make_empty_where_missing(const fs::path& path) {
  const UniqueFd created(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
}

void print_examples(const Invocation& invocation, const std::string& output) {
  const std::string upload = invocation.program.name + " upload " + output;
  invocation.print("Use `" + upload + " <project> -r <revision>` to upload it to a server.");
  invocation.print("");
  invocation.print("  Examples:");
  invocation.print("    $ " + upload + " myproj -r v1");
  invocation.print("    $ " + upload + " myproj -r \"$(git rev-parse HEAD)\"");
  invocation.print("");
}

}  // namespace

int run_archive(const Invocation& invocation) {
  require_positionals(invocation, 0, 0);
  const Arguments& arguments = invocation.arguments;
  const fs::path project = absolute_path(arguments.text_or("--project", "."));
  const std::string output = arguments.text_or("-o", "digdag.archive.tar.gz");
  const fs::path archive = absolute_path(output);
  const auto outgoing = arguments.has("--copy-outgoing-symlinks") ? blob::OutgoingLinks::copied
                                                                  : blob::OutgoingLinks::refused;

  invocation.print("Creating " + output + "...");
  workflow::load_project(project);
  if (!invocation.program.is_mogura()) make_empty_where_missing(archive);
  std::vector<blob::ArchiveEntry> entries = blob::list_archive_entries(project, outgoing);
  if (invocation.program.is_mogura()) {
    std::erase_if(entries, [&](const blob::ArchiveEntry& entry) { return entry.path == archive; });
  }
  blob::write_project_archive(archive, entries, [&](const blob::ArchiveEntry& entry) {
    invocation.print("  Archiving " + entry.name);
    if (entry.link_target) invocation.print("    symlink -> " + *entry.link_target);
  });
  invocation.print("Created " + output + ".");
  print_examples(invocation, output);
  return kSuccess;
}

}  // namespace mogura::cli
