// The help texts, made from the tables of commands and options (cli.md §3).
#pragma once

#include <string>

#include "cli/command.h"

namespace mogura::cli {

enum class Ending { plain, how_to_get_more };

/// All commands and common options; `default_config` is the path that is read without `-c`.
std::string general_help(const Program& program, const std::string& default_config, Ending ending);

/// One command with its options and examples.
std::string command_help(const Program& program, const Command& command,
                         const std::string& default_config);

}  // namespace mogura::cli
