// The program, from its words to its exit status (cli.md §1, §2, §4).
#pragma once

#include <string>
#include <vector>

namespace mogura::cli {

/// Runs the command that `argv` (with the program's own path in front) names.
int run_program(const std::vector<std::string>& argv);

}  // namespace mogura::cli
