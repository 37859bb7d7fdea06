// Digdag's YAML dialect (language.md §2) and !include (§3): libyaml's events, composed by Digdag's
// own tag rules into ordered values.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "value/value.h"

namespace mogura::workflow {

// Limits on what one file may make: beyond them reading fails with an error that names the limit.
inline constexpr std::size_t kMaxYamlBytes = 64u << 20;
inline constexpr std::size_t kMaxYamlNodes = 2'000'000;  // after aliases are copied in
inline constexpr int kMaxYamlDepth = 256;
inline constexpr int kMaxIncludeDepth = 64;

/// Text or structure that is not of the dialect; the message holds file, line and column where known.
/// (Kind "model validation" when a project's load collects it, else "runtime yaml parse" or the like.)

/// One document from text; no !include. The root may be anything.
Value parse_yaml(std::string_view text, std::string_view source_name = "");

/// A file whose root must be a mapping ("Expected object to load Config but got JSON"), with its
/// !include directives. Throws NoSuchFile for a file (or included file) that is not there.
Object load_yaml_file(const std::filesystem::path& path);

}  // namespace mogura::workflow
