// System settings: flat keys and texts from files, the environment and the command line (cli.md
// §6).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "cli/arguments.h"
#include "value/value.h"

namespace mogura::cli {

/// `$DIGDAG_CONFIG_HOME`, else `$XDG_CONFIG_HOME/digdag`, else `~/.config/digdag`; a variable that
/// is set and empty counts.
std::filesystem::path config_home();

/// The file that is read where `-c` names none.
std::filesystem::path default_config_file();

/// All settings, later ones over earlier ones: the default file (without `-c`), $DIGDAG_CONFIG,
/// `properties` (-J-D, -X), the file of `-c`. Throws NoSuchFile for a file of `-c` that is not
/// there, Error for one that cannot be read, and Error "SOURCE: line N: ..." for what is malformed.
Object load_system_config(const std::optional<std::string>& config_path, const Pairs& properties);

}  // namespace mogura::cli
