// Whether output is coloured.
#pragma once

#include "cli/arguments.h"

namespace mogura::cli {

/// What --color says: always, never, or, by default, only on a terminal that can and where NO_COLOR
/// does not ask for none. Throws ArgumentError for another word.
bool wants_colour(const Arguments& arguments, bool is_terminal);

}  // namespace mogura::cli
