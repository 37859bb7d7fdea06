// A directory of its own for a test, removed at the end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.h"

namespace mogura::workflow {

class TestFiles {
 public:
  TestFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "workflow-XXXXXX").string();
    root_ = std::filesystem::canonical(::mkdtemp(pattern.data()));
  }
  ~TestFiles() { std::filesystem::remove_all(root_); }
  TestFiles(const TestFiles&) = delete;
  TestFiles& operator=(const TestFiles&) = delete;

  const std::filesystem::path& root() const { return root_; }

  /// Writes a file, and the directories above it.
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  /// `text` with the directory's name as $DIR.
  std::string shown(std::string text) const {
    const std::string name = root_.string();
    for (std::size_t at; (at = text.find(name)) != std::string::npos;) {
      text.replace(at, name.size(), "$DIR");
    }
    return text;
  }

 private:
  std::filesystem::path root_;
};

/// The text that the command line shows of the error that `action` throws; empty where it throws
/// none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
    return "";
  } catch (const Error& error) {
    return error.chain();
  }
}

}  // namespace mogura::workflow
