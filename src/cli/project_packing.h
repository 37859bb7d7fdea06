// A project's directory made an archive, as `archive` and `push` do it (cli.md §12.8, §14.1).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "blob/archive_writer.h"
#include "cli/command.h"

namespace mogura::cli {

struct Packing {
  std::filesystem::path project;  // absolute
  std::filesystem::path archive;  // absolute
  std::string shown_archive;      // its path as it is told
  bool quiet = false;             // tells nothing
  blob::FileTimes times = blob::FileTimes::kept;
};

/// Checks the project's workflows and writes the archive, telling of each entry. Options of the
/// command say what happens to links that leave the project. Returns the workflow files. Throws
/// what workflow::load_project() and the functions of blob/archive_writer.h throw.
std::vector<std::string> pack_project(const Invocation& invocation, const Packing& packing);

}  // namespace mogura::cli
