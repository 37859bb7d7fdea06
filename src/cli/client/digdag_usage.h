// The usage texts of client commands as people's terminals and scripts know them from Digdag
// (cli.md §3): what the program called digdag prints where its words are wrong.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace mogura::cli {

/// Absent for commands whose usage is made from the tables. `default_config` is the path that is
/// read without `-c`.
std::optional<std::string> digdag_usage(const Program& program, const Command& command,
                                        const std::string& default_config);

}  // namespace mogura::cli
