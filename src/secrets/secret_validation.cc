#include <algorithm>

#include "secrets/secrets.h"

namespace mogura::secrets {
namespace {

bool is_key_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_key_letter_or_digit(char c) {
  return is_key_letter(c) || (c >= '0' && c <= '9');
}

bool valid_key_name(std::string_view name) {
  return !name.empty() && is_key_letter(name.front()) && is_key_letter_or_digit(name.back()) &&
         std::ranges::all_of(
             name, [](char c) { return is_key_letter_or_digit(c) || c == '_' || c == '-'; });
}

}  // namespace

bool valid_secret_key(std::string_view key) {
  if (key.size() > kMaxSecretKeyLength) return false;
  for (;;) {
    const std::size_t dot = key.find('.');
    if (!valid_key_name(key.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    key.remove_prefix(dot + 1);
  }
}

bool valid_secret_value(std::string_view value) {
  return value.size() <= kMaxSecretValueBytes;
}

}  // namespace mogura::secrets
