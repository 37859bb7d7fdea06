// Where the program's log goes (cli.md §8): the console, a file.
#pragma once

#include <memory>

#include "base/log.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/log_layout.h"
#include "cli/program.h"

namespace mogura::cli {

/// A sink that writes to the console. Digdag's log goes to standard output, mogura's to standard
/// error.
std::shared_ptr<LogSink> console_log(Console& console, LogLayout layout, Face face);

/// A sink that appends to a rotating file. Throws Error of kind "io".
std::shared_ptr<LogSink> file_log(const std::string& path, LogLayout layout);

/// Whether standard error is for JSON alone, a line an object: --log-format json without -L. What
/// is meant for people is logged then.
bool speaks_json(const Arguments& arguments);

/// Installs the log as the options -L, -l, --log-format and --color say, for a command that is
/// about to run. Throws GeneralUsageError for a level that does not exist, ArgumentError for a
/// format or a colour, Error for a file that cannot be written.
void configure_log(const Command& command, const Arguments& arguments, const Program& program,
                   Console& console);

}  // namespace mogura::cli
