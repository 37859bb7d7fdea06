// Digdag's YAML dialect (language.md §2) and !include (§3): libyaml's events, composed by Digdag's
// own tag rules into ordered values.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "value/value.h"
#include "workflow/file.h"

namespace mogura::workflow {

// Limits on what one file, with all that it includes, may make: beyond them reading fails with an
// error that names the limit.
inline constexpr std::size_t kMaxYamlBytes = 64u << 20;       // of one file
inline constexpr std::size_t kMaxYamlNodes = 2'000'000;       // after aliases are copied in
inline constexpr std::size_t kMaxYamlTextBytes = 256u << 20;  // of all scalars, with copies
inline constexpr int kMaxYamlDepth = 256;
inline constexpr int kMaxIncludeDepth = 64;
inline constexpr int kMaxIncludes = 10'000;

/// Text or structure that is not of the dialect, or beyond its limits. The message holds the
/// source, line and column where the text does not pin another form ("Duplicated keys: [k]"). The
/// kind is the stage that found it: "reader", "scanner", "parser", "composer", "constructor",
/// "include", or "runtime json mapping" for a root that is no mapping.
class YamlError : public Error {
 public:
  using Error::Error;
};

/// What is wrong in an included file, in words that name no file, as Digdag has them.
class IncludedYamlError : public YamlError {
 public:
  IncludedYamlError(const YamlError& error, std::string place)
      : YamlError(error), place_(std::move(place)) {}
  /// "in 'FILE'"
  const std::string& place() const { return place_; }

 private:
  std::string place_;
};

/// Keys that one mapping has twice: "Duplicated keys: [a, b]".
class RepeatedKeysError : public YamlError {
 public:
  explicit RepeatedKeysError(std::vector<std::string> keys);
  const std::vector<std::string>& keys() const { return keys_; }

 private:
  std::vector<std::string> keys_;
};

/// What a mapping with a key that stands there twice is: an error, as in workflows, or one where
/// the last value counts, as in files of data (operators.md §10.6).
enum class RepeatedKeys { refused, last_wins };

/// An included file that is not there. The message is its path alone, as Digdag has it.
class MissingInclude : public NoSuchFile {
 public:
  MissingInclude(std::string path, std::string place)
      : NoSuchFile(std::move(path)), place_(std::move(place)) {}
  /// "included by 'FILE', line L"; the line is left out for a directive that is an ordinary text.
  /// Of a directive that is a value, which loses its file name: how to write it, and where it is.
  const std::string& place() const { return place_; }

 private:
  std::string place_;
};

/// One document from text; no !include. The root may be anything, null where there is no document.
/// Throws YamlError, whose message calls the text `source_name`.
Value parse_yaml(std::string_view text, std::string_view source_name = "string",
                 RepeatedKeys repeated_keys = RepeatedKeys::refused);

/// A file whose root must be a mapping ("Expected object to load Config but got JSON"), with its
/// !include directives. Throws NoSuchFile for a file that is not there, MissingInclude
/// for an included one, FileError, YamlError, and IncludedYamlError for an included file.
Object load_yaml_file(const std::filesystem::path& path);

}  // namespace mogura::workflow
