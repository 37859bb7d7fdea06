// Which settings a server knows (runtime.md §12.2).
#pragma once

#include <string>
#include <vector>

#include "value/value.h"

namespace mogura::cli {

/// The keys that neither this program nor Digdag's server knows, each with the known key that it
/// resembles, if there is one: "server.prot (server.port?)".
std::vector<std::string> unknown_server_keys(const Object& settings);

}  // namespace mogura::cli
