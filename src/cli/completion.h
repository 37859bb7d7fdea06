// Scripts that complete the program's words in a shell, made from the tables of commands and
// options.
#pragma once

#include <string>

#include "cli/program.h"

namespace mogura::cli {

std::string bash_completion(const Program& program);
std::string zsh_completion(const Program& program);

}  // namespace mogura::cli
