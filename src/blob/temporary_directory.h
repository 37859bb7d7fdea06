// A directory that is gone with its owner, whatever was put into it.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace mogura::blob {

class TemporaryDirectory {
 public:
  /// Makes a directory of mode 0700 in `parent`, which is made where it is missing. Throws Error
  /// of kind "io".
  explicit TemporaryDirectory(const std::filesystem::path& parent);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  /// Absolute, without links.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Removes a tree, also of directories that forbid to write in them. What cannot be removed stays.
void remove_tree(const std::filesystem::path& path) noexcept;

}  // namespace mogura::blob
