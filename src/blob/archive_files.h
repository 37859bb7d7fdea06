// Where archives of projects lie outside of the database, by paths that the storage chooses no part
// of (store/archive_places.h says which are in use). A path is written with the same bytes or not
// at all: whoever finds a file there has all of it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/error.h"

namespace mogura::blob {

/// Any thread. All functions throw Error of kind "io", whose message names the archive by its path
/// in the storage.
class ArchiveFiles {
 public:
  virtual ~ArchiveFiles() = default;

  /// Returns when the bytes would survive a power cut. What is there already is left if it is the
  /// same, and else replaced.
  virtual void put(const std::string& path, std::string_view bytes) = 0;
  /// Absent where there is no such file.
  virtual std::optional<std::string> get(const std::string& path) = 0;
  /// Leaves it at that where there is no such file.
  virtual void erase(const std::string& path) = 0;
  /// Removes what put() left when its process died in it, before this time.
  virtual void erase_leftovers(Instant before) = 0;
};

/// `archive.type = local`: files below one directory, which is made with the first archive. Servers
/// that share a database share the directory.
///
///   ROOT/0f/0f3a…-2c7d….tar.gz     an archive
///   ROOT/incoming/XXXXXX           one that is being written
class ArchivesInDirectory : public ArchiveFiles {
 public:
  explicit ArchivesInDirectory(std::filesystem::path root) : root_(std::move(root)) {}

  void put(const std::string& path, std::string_view bytes) override;
  std::optional<std::string> get(const std::string& path) override;
  void erase(const std::string& path) override;
  void erase_leftovers(Instant before) override;

 private:
  std::filesystem::path incoming() const { return root_ / "incoming"; }

  const std::filesystem::path root_;
};

}  // namespace mogura::blob
