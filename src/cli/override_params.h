// Parameters given from outside a workflow: settings, a file, the command line (cli.md §10).
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "cli/arguments.h"
#include "value/value.h"

namespace mogura::cli {

/// `params.*` of the settings as texts, over them the YAML file, over that the pairs as texts in
/// their order; dots make nested objects. Throws ConfigError where a pair goes through something
/// that is no object, and what reading the file throws.
Object load_override_params(const Object& system_config,
                            const std::optional<std::string>& params_file, const Pairs& pairs);

}  // namespace mogura::cli
