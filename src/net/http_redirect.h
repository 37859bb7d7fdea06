// What a redirect asks for (operators.md §5.1, "Redirects"). libcurl's own following changes
// methods by other rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mogura::net {

/// The method of the request that follows an answer with this status; absent where the status is no
/// redirect or `method` must not be redirected by it.
std::optional<std::string> redirected_method(int status, std::string_view method);

/// The http or https address that a `Location` names, relative to the address that answered; absent
/// for anything else.
std::optional<std::string> redirected_url(const std::string& base, const std::string& location);

}  // namespace mogura::net
