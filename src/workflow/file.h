// Reading small files whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/error.h"

namespace mogura::workflow {

/// A file or directory that cannot be read for another reason than that it is not there: kinds
/// "access denied", "not directory", "io", and "file not found" for an include that leaves its
/// directory.
class FileError : public Error {
 public:
  using Error::Error;
};

/// The path from the root, without `.`, `..` and a slash at its end; links are not resolved.
std::filesystem::path absolute_path(const std::filesystem::path& path);

/// Throws the error that tells why `path` could not be read: NoSuchFile or FileError.
[[noreturn]] void fail_to_read(const std::filesystem::path& path, int error_number);

/// At most `max_bytes` + 1 bytes: the caller tells a file that is too large by its size. Throws
/// NoSuchFile and FileError.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace mogura::workflow
