// Project archives that come in: a gzip-compressed tar file, checked and unpacked (rest-api.md
// §6.6, §13.3).
//
// Nothing is ever written outside of the directory to unpack into, nor through a link: links are
// made after everything else, entries below a link are refused, and where a link leads is worked
// out over the whole archive (archive_tree.h). Only the first member of the gzip file counts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "workflow/definition.h"

namespace mogura::blob {

struct ArchiveLimits {
  /// `api.max_archive_total_size_limit`: of the archive, of each file in it, and of all of them.
  std::uint64_t max_total_bytes = 2u << 20;
  /// `api.max_archive_entries`, and as many directories.
  std::uint64_t max_entries = 100'000;
};

/// The 16 bytes of MD5 over all bytes: a revision's `archiveMd5`.
std::string md5(std::string_view bytes);

/// The workflows of a pushed archive, by name. It is unpacked below `temporary_directory`, which
/// need not exist, and gone when this returns. Links within the archive are followed; those that
/// leave it or lead nowhere are empty files, as are hard links and devices. Throws Error of kind
/// "illegal argument" for the archive's faults with the texts of rest-api.md §3.3, what
/// workflow::load_project() throws with paths relative to the project, and Error of kind "io" where
/// this machine fails.
std::vector<workflow::Definition> read_pushed_project(
    std::string_view archive, const ArchiveLimits& limits,
    const std::filesystem::path& temporary_directory);

struct UnpackedEntry {
  std::string name;
  std::optional<std::string> link_target;
};

/// Unpacks a project to be used into `directory`, which exists, and returns its files and links in
/// the archive's order. Files that are there already are replaced. Links are made as they are in
/// the archive; modes are applied to files and directories. Hard links and devices become empty
/// files.
/// Throws Error of kind "runtime" "Archive includes an invalid entry: NAME", "Archive includes an
/// invalid symlink: NAME -> TARGET", Error of kind "illegal argument" for an archive that cannot be
/// read, Error of kind "io".
std::vector<UnpackedEntry> unpack_project(std::string_view archive,
                                          const std::filesystem::path& directory);

}  // namespace mogura::blob
