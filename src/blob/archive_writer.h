// A project directory as a compressed archive (cli.md §12.8, runtime.md §7.6, rest-api.md §13.1).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace mogura::blob {

struct ArchiveEntry {
  std::string name;  // relative to the project
  std::filesystem::path path;
  std::optional<std::string> link_target;  // relative to the entry, where it is kept as a link
};

/// What happens to links that lead out of the project.
enum class OutgoingLinks { refused, copied };

/// The files to pack, by name: neither hidden nor ignored. A link inside the project is one entry,
/// whatever it leads to. Throws Error of kind "illegal argument" for a refused link, NoSuchFile.
std::vector<ArchiveEntry> list_archive_entries(const std::filesystem::path& project,
                                               OutgoingLinks outgoing);

/// When files were changed: with their times left out, fresh copies of a project make the same
/// archive.
enum class FileTimes { kept, left_out };

/// Writes a gzip-compressed PAX tar file of the entries, atomically; owners are left out, so that
/// equal projects make equal archives. `packed` is told of each entry before it is packed. An entry
/// that is the archive itself is stored as the beginning of a gzip file. Throws Error of kind "io".
void write_project_archive(const std::filesystem::path& archive,
                           const std::vector<ArchiveEntry>& entries, FileTimes times,
                           const std::function<void(const ArchiveEntry&)>& packed);

}  // namespace mogura::blob
