// !include (language.md §3). The composer leaves the directive in the tree as a key that begins
// with
// "!include:"; here a walk over the tree replaces it by what the file holds:
//
//   main  {m: {a: 0}, "!include:1": f, z: 2}      f  {m: {b: 1}, z: 9}
//   ->    {m: {a: 0, b: 1}, z: 2}
//
// What stands before the directive is merged with the file deeply, what follows replaces.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "value/json.h"
#include "value/merge.h"
#include "workflow/yaml.h"
#include "workflow/yaml_composer.h"

namespace mogura::workflow {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_read(const fs::path& path, int error) {
  if (error == ENOENT || error == ENOTDIR) throw NoSuchFile(path.string());
  if (error == EACCES || error == EPERM) throw FileError("access denied", path.string());
  throw FileError("io", fmt::format("{}: {}", path.string(), std::strerror(error)));
}

std::string read_yaml_file(const fs::path& path) {
  constexpr std::size_t kPiece = 64u << 10;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) fail_to_read(path, errno);
  std::string bytes;
  while (bytes.size() <= kMaxYamlBytes) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kPiece);
    const ssize_t count = ::read(file.get(), bytes.data() + size, kPiece);
    if (count < 0 && errno != EINTR) fail_to_read(path, errno);
    bytes.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) break;
  }
  return bytes;
}

// Reads one file with all that it includes.
class IncludingLoader {
 public:
  Object load(const fs::path& path);

 private:
  Value resolved(const Value& value, const fs::path& directory);
  Value resolved_mapping(const Object& mapping, const fs::path& directory);
  Object include(const std::string& name, const fs::path& directory);
  void check_room_for(const fs::path& path) const;

  std::vector<fs::path> open_files_;  // the file that is being read, and who includes whom
  std::size_t nodes_ = 0;
  std::size_t text_bytes_ = 0;
  int includes_ = 0;
  int level_ = 0;  // containers around the current value, over all open files
};

Object IncludingLoader::load(const fs::path& path) {
  YamlDocument document = compose_yaml(read_yaml_file(path), path.string(), IncludeKeys::marked);
  nodes_ += document.nodes;
  text_bytes_ += document.text_bytes;
  if (nodes_ > kMaxYamlNodes || text_bytes_ > kMaxYamlTextBytes) {
    throw YamlError("include",
                    fmt::format("'{}' with all that it includes holds more than {} "
                                "values or {} bytes of text",
                                open_files_.empty() ? path.string() : open_files_.front().string(),
                                kMaxYamlNodes, kMaxYamlTextBytes));
  }
  open_files_.push_back(path);
  const Value root = resolved(document.root, path.parent_path());
  open_files_.pop_back();
  if (!root.is_object()) {
    throw YamlError("runtime json mapping",
                    "Expected object to load Config but got " + value::to_json(root));
  }
  return root.as_object();
}

Value IncludingLoader::resolved(const Value& value, const fs::path& directory) {
  if (value.is_text() && value.as_text().starts_with(kIncludeKey)) {
    return Value(include(value.as_text(), directory));
  }
  if (!value.is_array() && !value.is_object()) return value;
  if (++level_ > kMaxYamlDepth) {
    throw YamlError("include", fmt::format("'{}' with all that it includes is nested deeper than "
                                           "{} levels",
                                           open_files_.front().string(), kMaxYamlDepth));
  }
  Value result;
  if (value.is_object()) {
    result = resolved_mapping(value.as_object(), directory);
  } else {
    Array items;
    items.reserve(value.as_array().size());
    for (const Value& item : value.as_array()) items.push_back(resolved(item, directory));
    result = Value(std::move(items));
  }
  --level_;
  return result;
}

Value IncludingLoader::resolved_mapping(const Object& mapping, const fs::path& directory) {
  Object result;
  result.reserve(mapping.size());
  for (const auto& [key, value] : mapping) {
    if (key.starts_with(kIncludeKey) && !value.is_array() && !value.is_object()) {
      const std::string name = value.is_text() ? value.as_text() : value::to_json(value);
      value::deep_merge(result, include(name, directory));
    } else {
      result.set(key, resolved(value, directory));
    }
  }
  return Value(std::move(result));
}

Object IncludingLoader::include(const std::string& name, const fs::path& directory) {
  const fs::path path = (directory / name).lexically_normal();
  if (name.contains('\0') || !path.string().starts_with(directory.string())) {
    throw FileError("file not found",
                    fmt::format("File name must not include ..: {}", name.c_str()));
  }
  check_room_for(path);
  ++includes_;
  return load(path);
}

void IncludingLoader::check_room_for(const fs::path& path) const {
  std::string chain;
  bool repeated = false;
  for (const fs::path& open : open_files_) {
    repeated = repeated || open == path;
    chain += open.string() + " > ";
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
                                           open_files_.front().string(), kMaxIncludes));
  }
}

}  // namespace

Object load_yaml_file(const fs::path& path) {
  return IncludingLoader().load(fs::absolute(path).lexically_normal());
}

}  // namespace mogura::workflow
