// !include (language.md §3). The composer leaves the directive in the tree as a key that begins
// with kIncludeKey; here a walk over the tree replaces it by what the file holds:
//
//   main  {m: {a: 0}, "!include:…1": f, z: 2}      f  {m: {b: 1}, z: 9}
//   ->    {m: {a: 0, b: 1}, z: 2}
//
// What stands before the directive is merged with the file deeply, what follows replaces.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "value/json.h"
#include "value/merge.h"
#include "workflow/file.h"
#include "workflow/yaml.h"
#include "workflow/yaml_composer.h"

namespace mogura::workflow {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDirective = "!include";

bool is_below(const fs::path& path, const fs::path& directory) {
  const fs::path relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

// Reads one file with all that it includes.
class IncludingLoader {
 public:
  Object load(const fs::path& path) { return load(path, read_file(path, kMaxYamlBytes)); }

 private:
  // A file that is being read.
  struct OpenFile {
    fs::path path;
    std::vector<std::size_t> include_lines;
    fs::path directory() const { return path.parent_path(); }
    std::string place_of(std::string_view directive) const;
  };

  Object load(const fs::path& path, const std::string& bytes);
  YamlDocument compose(const std::string& bytes, const fs::path& path) const;
  [[noreturn]] void fail(const YamlError& error, const fs::path& path) const;
  void check_size(const YamlDocument& document);
  Value resolved(const Value& value);
  Value resolved_mapping(const Object& mapping);
  Object include(const std::string& name, std::string_view directive);
  void check_room_for(const fs::path& path) const;

  std::vector<OpenFile> open_files_;  // each includes the next one
  std::size_t nodes_ = 0;
  std::size_t text_bytes_ = 0;
  int includes_ = 0;
  int level_ = 0;  // containers around the current value, over all open files
};

// include_key(2) -> "included by '/project/main.dig', line 7"
std::string IncludingLoader::OpenFile::place_of(std::string_view directive) const {
  const std::size_t number = include_number(directive);
  const bool is_known = number > 0 && number <= include_lines.size();
  return fmt::format("included by '{}'", path.string()) +
         (is_known ? fmt::format(", line {}", include_lines[number - 1]) : "");
}

Object IncludingLoader::load(const fs::path& path, const std::string& bytes) {
  YamlDocument document = compose(bytes, path);
  open_files_.push_back({path, std::move(document.include_lines)});
  check_size(document);
  // Most files have no directive, and stay as they are.
  const Value root = bytes.contains(kDirective) ? resolved(document.root) : document.root;
  open_files_.pop_back();
  if (root.is_object()) return root.as_object();
  fail(YamlError("runtime json mapping",
                 "Expected object to load Config but got " + value::to_json(root)),
       path);
}

YamlDocument IncludingLoader::compose(const std::string& bytes, const fs::path& path) const {
  try {
    return compose_yaml(bytes, path.string(), IncludeKeys::marked);
  } catch (const YamlError& error) {
    fail(error, path);
  }
}

// An error in an included file tells where it is, even where its text does not.
void IncludingLoader::fail(const YamlError& error, const fs::path& path) const {
  if (open_files_.empty() || error.message().contains(path.string())) throw error;
  throw IncludedYamlError(error, fmt::format("in '{}'", path.string()));
}

void IncludingLoader::check_size(const YamlDocument& document) {
  nodes_ += document.nodes;
  text_bytes_ += document.text_bytes;
  const std::string whole = open_files_.front().path.string();
  if (nodes_ > kMaxYamlNodes || text_bytes_ > kMaxYamlTextBytes) {
    throw YamlError("include", fmt::format("'{}' with all that it includes holds more than {} "
                                           "values or {} bytes of text",
                                           whole, kMaxYamlNodes, kMaxYamlTextBytes));
  }
  if (level_ + document.height > kMaxYamlDepth) {
    throw YamlError("include",
                    fmt::format("'{}' with all that it includes is nested deeper than {} levels",
                                whole, kMaxYamlDepth));
  }
}

Value IncludingLoader::resolved(const Value& value) {
  if (value.is_text() && value.as_text().starts_with(kIncludeKey)) {
    return Value(include(value.as_text(), kIncludeKey));
  }
  if (value.is_object()) return resolved_mapping(value.as_object());
  if (!value.is_array()) return value;
  ++level_;
  Array items;
  items.reserve(value.as_array().size());
  for (const Value& item : value.as_array()) items.push_back(resolved(item));
  --level_;
  return Value(std::move(items));
}

Value IncludingLoader::resolved_mapping(const Object& mapping) {
  ++level_;
  Object result;
  result.reserve(mapping.size());
  for (const auto& [key, value] : mapping) {
    if (key.starts_with(kIncludeKey) && !value.is_array() && !value.is_object()) {
      const std::string name = value.is_text() ? value.as_text() : value::to_json(value);
      value::deep_merge(result, include(name, key));
    } else {
      result.set(key, resolved(value));
    }
  }
  --level_;
  return Value(std::move(result));
}

Object IncludingLoader::include(const std::string& name, std::string_view directive) {
  const fs::path directory = open_files_.back().directory();
  const fs::path path = (directory / name).lexically_normal();
  // Digdag compares texts, so that a file of `sub` may include one of `subx` beside it. That stays,
  // but not for the neighbours of the directory in which all began.
  if (name.contains('\0') || !path.string().starts_with(directory.string()) ||
      !is_below(path, open_files_.front().directory())) {
    throw FileError("file not found",
                    fmt::format("File name must not include ..: {}", name.c_str()));
  }
  check_room_for(path);
  ++includes_;
  std::string bytes;
  try {
    bytes = read_file(path, kMaxYamlBytes);
  } catch (const NoSuchFile& error) {
    throw MissingInclude(error.message(), open_files_.back().place_of(directive));
  }
  return load(path, bytes);
}

void IncludingLoader::check_room_for(const fs::path& path) const {
  std::string chain;
  bool repeated = false;
  for (const OpenFile& open : open_files_) {
    repeated = repeated || open.path == path;
    chain += open.path.string() + " > ";
  }
  if (repeated) {
    throw YamlError("include", fmt::format("a file includes itself: {}{}", chain, path.string()));
  }
  if (open_files_.size() > static_cast<std::size_t>(kMaxIncludeDepth)) {
    throw YamlError("include", fmt::format("includes are nested deeper than {} files: {}{}",
                                           kMaxIncludeDepth, chain, path.string()));
  }
  if (includes_ >= kMaxIncludes) {
    throw YamlError("include", fmt::format("'{}' includes more than {} files",
                                           open_files_.front().path.string(), kMaxIncludes));
  }
}

}  // namespace

Object load_yaml_file(const fs::path& path) {
  return IncludingLoader().load(absolute_path(path));
}

}  // namespace mogura::workflow
