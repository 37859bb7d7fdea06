// One workflow file: its top level, checked and put into Digdag's order (language.md §4).
#pragma once

#include <filesystem>
#include <string>

#include "value/value.h"

namespace mogura::workflow {

struct Definition {
  std::string name;
  std::string timezone;  // a zone id as Java shows it, "UTC" by default
  /// `_export` (if not empty), schedule, sla, _error, _check, _retry, _parallel, then the tasks.
  Object config;
};

/// The definition in `file`, whose relative path without `.dig` is `name`. A name with a directory
/// gets `_export._workdir` (language.md §1). Throws what load_yaml_file() and make_definition()
/// throw.
Definition load_definition(const std::filesystem::path& file, const std::string& name);

/// The same from a loaded root mapping. Throws ConfigError, or Error of kind "model validation" for
/// names of tasks or of the workflow, with the texts of language.md §4 and §5.3.
Definition make_definition(const Object& root, const std::string& name);

}  // namespace mogura::workflow
