// What the process's environment says about the network: the only place of this room that reads it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.h"

namespace mogura::net {

/// The proxy for targets of this scheme (operators.md §2.11): of `http_proxy`, `HTTP_PROXY` for
/// http, the same after `https_proxy`, `HTTPS_PROXY` for https, the first that is not blank. A
/// value that is no address is logged and ignored; `no_proxy` does not count.
std::optional<HttpProxy> environment_proxy(std::string_view scheme);

/// The file of certificate authorities to trust, from SSL_CERT_FILE; absent for the system's own.
std::optional<std::string> trusted_authorities();

}  // namespace mogura::net
