// Base64 (RFC 4648), for headers of requests and mails.
#pragma once

#include <string>
#include <string_view>

namespace mogura::cli {

/// Standard base64 with padding.
std::string to_base64(std::string_view bytes);

}  // namespace mogura::cli
