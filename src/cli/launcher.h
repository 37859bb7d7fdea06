// What stands in front of the command line proper: the options of Digdag's launcher (cli.md §7.3).
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/arguments.h"

namespace mogura::cli {

struct Launch {
  Pairs properties;                // of `-J-Dkey=value`
  std::vector<std::string> words;  // everything behind the launcher's options
};

/// The launcher could not read a file of options.
class LauncherError : public Error {
 public:
  LauncherError() : Error("", "Failed to load java argument file.") {}
};

/// Takes leading `-J...` options off the words: properties are kept, what tunes a Java machine is
/// dropped. Throws LauncherError.
Launch read_launcher_options(std::vector<std::string> words);

}  // namespace mogura::cli
