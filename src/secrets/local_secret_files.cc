#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "secrets/secrets.h"
#include "secrets/text_file.h"

namespace mogura::secrets {
namespace {

// Whether `key` names a file of the directory itself. Hidden ones are other people's, or files that
// are being written.
bool is_file_name(std::string_view key) {
  return !key.empty() && key.front() != '.' && !key.contains('/') && !key.contains('\0');
}

void make_private_directory(const std::filesystem::path& directory) {
  if (std::filesystem::is_directory(directory)) return;
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  constexpr mode_t kOwnerOnly = 0700;
  if (::mkdir(directory.c_str(), kOwnerOnly) != 0 && !std::filesystem::is_directory(directory)) {
    throw RuntimeError("Failed to create " + directory.string() + ": " +
                       std::generic_category().message(errno));
  }
}

}  // namespace

LocalSecretFiles::LocalSecretFiles(std::filesystem::path directory)
    : directory_(std::move(directory)) {}

std::optional<std::string> LocalSecretFiles::find(const std::string& key) const {
  if (!is_file_name(key)) return std::nullopt;
  return read_text_file(directory_ / key);
}

std::vector<std::string> LocalSecretFiles::list() const {
  std::vector<std::string> keys;
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory_, error), end; !error && file != end;
       file.increment(error)) {
    std::string name = file->path().filename().string();
    if (is_file_name(name) && file->is_regular_file()) keys.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw RuntimeError("Failed to list " + directory_.string() + ": " + error.message());
  }
  std::ranges::sort(keys);
  return keys;
}

void LocalSecretFiles::set(const std::string& key, const std::string& value) const {
  if (!is_file_name(key)) throw Error("illegal argument", "Invalid secret key: " + key);
  make_private_directory(directory_);
  replace_private_file(directory_ / key, value);
}

bool LocalSecretFiles::remove(const std::string& key) const {
  if (!is_file_name(key)) return false;
  std::error_code error;
  const bool removed = std::filesystem::remove(directory_ / key, error);
  if (error) {
    throw RuntimeError("Failed to delete " + (directory_ / key).string() + ": " + error.message());
  }
  return removed;
}

}  // namespace mogura::secrets
