// Base64 (RFC 4648) with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mogura {

std::string to_base64(std::string_view bytes);

/// Absent for a text that to_base64() never makes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace mogura
