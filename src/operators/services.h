// Operators of services that this program has no client for (operators.md §6-§10): databases, AWS,
// Google Cloud, Treasure Data, parameter servers.
//
// They check their parameters and secrets in the order and with the texts of Digdag, so that a
// workflow's mistakes show, and then fail and say what is missing.
#pragma once

#include <string_view>

#include "operators/operator.h"

namespace mogura::operators {

/// The operator of such a service with this name; null where there is none.
const OperatorKind* find_service_operator(std::string_view name);

/// Checks what the settings say about services; the program does not start with wrong ones. Throws
/// ConfigError "Unsupported param_server.type : X", "Parameter 'param_server.host' is required but
/// not set" (operators.md §7).
void check_service_settings(const Object& system_config);

}  // namespace mogura::operators
