#include "cli/project_packing.h"

#include <fcntl.h>

#include "base/unique_fd.h"
#include "blob/archive_writer.h"
#include "workflow/project.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

/// Digdag opens the archive before it lists the project, and so lists the archive too.
void make_empty_where_missing(const fs::path& path) {
  const UniqueFd created(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
}

}  // namespace

std::vector<std::string> pack_project(const Invocation& invocation, const Packing& packing) {
  const auto tell = [&](const std::string& line) {
    if (!packing.quiet) invocation.print(line);
  };
  const auto outgoing = invocation.arguments.has("--copy-outgoing-symlinks")
                            ? blob::OutgoingLinks::copied
                            : blob::OutgoingLinks::refused;
  tell("Creating " + packing.shown_archive + "...");
  std::vector<std::string> workflow_files;
  for (const workflow::Definition& definition : workflow::load_project(packing.project)) {
    workflow_files.push_back(definition.name + ".dig");
  }
  if (!invocation.program.is_mogura()) make_empty_where_missing(packing.archive);
  std::vector<blob::ArchiveEntry> entries = blob::list_archive_entries(packing.project, outgoing);
  if (invocation.program.is_mogura()) {
    std::erase_if(entries,
                  [&](const blob::ArchiveEntry& entry) { return entry.path == packing.archive; });
  }
  const auto packed = [&](const blob::ArchiveEntry& entry) {
    tell("  Archiving " + entry.name);
    if (entry.link_target) tell("    symlink -> " + *entry.link_target);
  };
  blob::write_project_archive(packing.archive, entries, packing.times, packed);
  return workflow_files;
}

}  // namespace mogura::cli
