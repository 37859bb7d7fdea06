// A log file that makes room for itself (cli.md §8.3).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "base/unique_fd.h"

namespace mogura::cli {

/// Appends to a file. Before a line that would make it larger than `max_bytes` the file becomes
/// `PATH.1.gz`, the older ones move up to `PATH.5.gz`, and the oldest is dropped.
class RotatingFile {
 public:
  static constexpr std::uint64_t kMaxBytes = 10u << 20;
  static constexpr int kGenerations = 5;

  /// Makes the directory where it is missing. Throws Error of kind "io".
  explicit RotatingFile(std::filesystem::path path, std::uint64_t max_bytes = kMaxBytes);

  /// Appends. What the disk does not take is lost: a log that cannot be written never stops the
  /// work.
  void append(std::string_view line);
  /// Goes on in the file that has the path now, made where there is none. Where that is impossible
  /// it goes on in the one that it has.
  void reopen() { open(); }

 private:
  void open();
  void rotate();
  std::filesystem::path generation(int number) const;

  const std::filesystem::path path_;
  const std::uint64_t max_bytes_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace mogura::cli
