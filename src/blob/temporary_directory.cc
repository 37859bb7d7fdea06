#include "blob/temporary_directory.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>

namespace mogura::blob {
namespace {

/// Gives the owner back what removing needs; links are not followed.
void allow_removal(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, ignored);
  for (fs::directory_iterator entry(path, ignored); !ignored && entry != fs::directory_iterator();
       entry.increment(ignored)) {
    std::error_code none;
    if (fs::is_directory(entry->symlink_status(none))) allow_removal(entry->path());
  }
}

}  // namespace

TemporaryDirectory::TemporaryDirectory(const std::filesystem::path& parent) {
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  std::string name = (parent / "mogura-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    const std::string reason = error ? error.message() : std::strerror(errno);
    throw Error("io", parent.string() + ": " + reason);
  }
  path_ = std::filesystem::canonical(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  remove_tree(path_);
}

void remove_tree(const std::filesystem::path& path) noexcept {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return;
  allow_removal(path);
  std::filesystem::remove_all(path, error);
}

}  // namespace mogura::blob
