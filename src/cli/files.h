// Whole files, read and written at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace mogura::cli {

/// The bytes of a file. Throws NoSuchFile, or Error of kind "io" with the path and the system's
/// reason.
std::string read_file(const std::filesystem::path& path);
/// Absent where there is no such file.
std::optional<std::string> read_file_if_present(const std::filesystem::path& path);
/// Everything from an open descriptor to its end. Throws Error of kind "io".
std::string read_descriptor(int fd, std::string_view name);

enum class Durability { replaced_in_place, atomic };

/// Makes or replaces a file. Atomic: a reader sees the old content or the new one, never a part.
/// Throws Error of kind "io".
void write_file(const std::filesystem::path& path, std::string_view content, Durability durability);

/// Makes a file; false where there is one of that name. Costs half of an atomic write, but a reader
/// that comes in between, or after a crash, finds the beginning of the content. Throws Error of
/// kind "io", and leaves no file then.
bool write_new_file(const std::filesystem::path& path, std::string_view content);

/// Makes a directory with its parents. Throws Error of kind "io".
void make_directories(const std::filesystem::path& path);

/// The path without `.` and `..`, and without a slash at the end, seen from the working directory.
std::filesystem::path absolute_path(const std::filesystem::path& path);

}  // namespace mogura::cli
