// Small files of text.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mogura::secrets {

/// Files beyond this size are refused.
inline constexpr std::size_t kMaxTextFileBytes = std::size_t{1} << 20;

/// The file's content, with U+FFFD for what is no UTF-8; absent where there is no file. Throws
/// RuntimeError where it cannot be read or is too large.
std::optional<std::string> read_text_file(const std::filesystem::path& path);

/// Replaces the file, or makes it, in one step; nobody but its owner may read it. Throws
/// RuntimeError.
void replace_private_file(const std::filesystem::path& path, std::string_view content);

}  // namespace mogura::secrets
