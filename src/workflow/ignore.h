// .digdagignore: which files of a project do not belong to it, in the syntax of gitignore files
// (language.md §1, runtime.md §7.5).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mogura::workflow {

class IgnoreRules {
 public:
  IgnoreRules() = default;
  explicit IgnoreRules(std::string_view text);

  /// The rules in the file; none where it is missing. Throws FileError where it cannot be read.
  static IgnoreRules read(const std::filesystem::path& file);

  /// Whether the file or directory with this path, relative to the project and with `/`, is
  /// ignored. What lies in an ignored directory is so too, but is not asked for.
  bool match(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    std::vector<std::string> segments;  // between slashes; "**" stands for any number of them
    bool negated = false;
    bool directories_only = false;
  };
  static bool parse_rule(std::string_view line, Rule& rule);

  std::vector<Rule> rules_;
};

}  // namespace mogura::workflow
