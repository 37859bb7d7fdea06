#include "cli/client/query.h"

#include <fmt/format.h>

namespace mogura::cli {

Query& Query::add(std::string_view name, std::string_view value) {
  text_ += text_.empty() ? '?' : '&';
  text_ += path_part(name) + '=' + path_part(value);
  return *this;
}

Query& Query::add(std::string_view name, const std::optional<std::string>& value) {
  return value ? add(name, std::string_view(*value)) : *this;
}

Query& Query::add(std::string_view name, const std::optional<std::int64_t>& value) {
  return value ? add(name, std::string_view(std::to_string(*value))) : *this;
}

std::string path_part(std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string part;
  for (const char c : text) {
    part += kPlain.contains(c) ? std::string(1, c)
                               : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return part;
}

}  // namespace mogura::cli
