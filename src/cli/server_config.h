// The settings of a server: files, the environment and its options as one flat table (cli.md §12.4,
// rest-api.md §14.1).
#pragma once

#include <filesystem>
#include <optional>

#include "cli/command.h"
#include "value/value.h"

namespace mogura::cli {

struct ServerConfig {
  Object settings;        // flat: key -> text
  Object default_params;  // of every attempt: `params.*`, -P, -p
  /// Where everything is kept, as no database was named.
  std::optional<std::filesystem::path> own_directory;
};

/// Keys that nobody knows are logged. Throws UsageError for options that exclude each other, and
/// what load_system_config() and load_override_params() throw.
ServerConfig read_server_config(const Invocation& invocation);

}  // namespace mogura::cli
