// What the words of a client command must satisfy before a server is asked (cli.md §14).
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "cli/command.h"

namespace mogura::cli {

/// Throws WrongArgumentCount, UsageError, or Error with the texts of cli.md §9.3 and §14.
void check_client_arguments(const Invocation& invocation);

/// `yyyy-MM-dd HH:mm:ss +hhmm` or UNIX seconds (cli.md §9.2).
std::optional<Instant> parse_instant_argument(std::string_view text);

}  // namespace mogura::cli
