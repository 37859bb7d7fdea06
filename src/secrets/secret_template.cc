// A template is `${`, the shortest text up to a colon, and from there the shortest non-empty text
// up to a closing brace; both may hold anything else, also line ends and braces. So every `${` that
// is followed anywhere by `:` and `}` is one: in
//
//   ${HOME} is not ${secret:a}
//
// the template begins at the first `${`, and is refused since its word is not `secret`.
#include "secrets/secrets.h"

namespace mogura::secrets {
namespace {

// Java's `trim`: everything up to the blank goes.
std::string_view trimmed_part(std::string_view text) {
  const auto visible = [](char c) { return static_cast<unsigned char>(c) > ' '; };
  while (!text.empty() && !visible(text.front())) text.remove_prefix(1);
  while (!text.empty() && !visible(text.back())) text.remove_suffix(1);
  return text;
}

struct SecretTemplate {
  std::string_view before;
  std::string_view match;
  std::string_view word;
  std::string_view key;
};

// The first template in `text`. Where the first `${` begins none, no later one does.
std::optional<SecretTemplate> first_template(std::string_view text) {
  constexpr std::string_view kOpen = "${";
  const std::size_t open = text.find(kOpen);
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t word = open + kOpen.size();
  const std::size_t colon = text.find(':', word);
  if (colon == std::string_view::npos) return std::nullopt;
  const std::size_t close = text.find('}', colon + 2);
  if (close == std::string_view::npos) return std::nullopt;
  return SecretTemplate{.before = text.substr(0, open),
                        .match = text.substr(open, close + 1 - open),
                        .word = trimmed_part(text.substr(word, colon - word)),
                        .key = trimmed_part(text.substr(colon + 1, close - colon - 1))};
}

}  // namespace

std::string resolve_secrets(std::string_view text, const SecretProvider& secrets) {
  std::string resolved;
  while (const std::optional<SecretTemplate> found = first_template(text)) {
    if (found->word != "secret") {
      throw ConfigError("Invalid parametrization: '" + std::string(found->match) + "'");
    }
    resolved.append(found->before).append(secrets.get(found->key));
    text.remove_prefix(found->before.size() + found->match.size());
  }
  return resolved.append(text);
}

Value resolve_secrets(const Value& value, const SecretProvider& secrets, ResolveIn where) {
  if (value.is_text()) return resolve_secrets(std::string_view(value.as_text()), secrets);
  if (value.is_array()) {
    Array items;
    items.reserve(value.as_array().size());
    for (const Value& item : value.as_array()) {
      items.push_back(resolve_secrets(item, secrets, where));
    }
    return items;
  }
  if (value.is_object()) {
    Object members;
    members.reserve(value.as_object().size());
    for (const Object::Member& member : value.as_object()) {
      const bool in_key = where == ResolveIn::keys_and_values;
      members.set(in_key ? resolve_secrets(std::string_view(member.key), secrets) : member.key,
                  resolve_secrets(member.value, secrets, where));
    }
    return members;
  }
  return value;
}

}  // namespace mogura::secrets
