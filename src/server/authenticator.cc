#include "server/authenticator.h"

#include "base/base64.h"

namespace mogura::server {
namespace {

constexpr std::string_view kBasicScheme = "basic ";
constexpr std::string_view kUnauthorized = "unauthorized";

// Looks at every byte of what was given, whatever the first difference is.
bool equal_in_constant_time(std::string_view given, std::string_view right) {
  unsigned difference = given.size() == right.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char expected = right.empty() ? '\0' : right[i % right.size()];
    difference |= static_cast<unsigned char>(given[i] ^ expected);
  }
  return difference == 0;
}

bool starts_with_scheme(std::string_view header) {
  if (header.size() < kBasicScheme.size()) return false;
  for (std::size_t i = 0; i < kBasicScheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != kBasicScheme[i]) return false;
  }
  return true;
}

}  // namespace

std::expected<Caller, std::string> Authenticator::authenticate(
    const std::optional<std::string>& authorization) const {
  if (!user_) return Caller{};
  if (!authorization) return std::unexpected("Missing Authorization header");
  if (!starts_with_scheme(*authorization)) return std::unexpected(std::string(kUnauthorized));
  std::string_view encoded = std::string_view(*authorization).substr(kBasicScheme.size());
  encoded.remove_prefix(std::min(encoded.find_first_not_of(' '), encoded.size()));
  const std::optional<std::string> pair = from_base64(encoded);
  // The name ends at the first colon: passwords may hold others.
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::unexpected(std::string(kUnauthorized));
  const std::string_view given(*pair);
  const bool name_fits = equal_in_constant_time(given.substr(0, colon), user_->name);
  const bool password_fits = equal_in_constant_time(given.substr(colon + 1), user_->password);
  if (!name_fits || !password_fits) return std::unexpected(std::string(kUnauthorized));
  Caller caller;
  caller.is_admin = user_->is_admin;
  return caller;
}

}  // namespace mogura::server
