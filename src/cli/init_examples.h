// The projects that `init` writes, as texts (cli.md §12.1).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace mogura::cli {

struct ExampleFile {
  std::string_view path;  // relative to the project
  std::string_view content;
  bool is_executable = false;
};

struct Example {
  std::string_view workflow;
  std::vector<ExampleFile> files;
};

/// The example of this type; absent where there is none.
std::optional<Example> find_example(std::string_view type);

extern const std::string_view kExampleGitignore;

}  // namespace mogura::cli
