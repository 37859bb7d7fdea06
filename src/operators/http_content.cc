#include "operators/http_content.h"

#include "net/url.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

std::string_view type_words(const Value& content) {
  if (content.is_text()) return "strings";
  if (content.is_number()) return "numbers";
  if (content.is_boolean()) return "booleans";
  return content.is_array() ? "arrays" : "objects";
}

enum class BodyFormat { text, json, form };

BodyFormat body_format(const Value& content, const std::optional<std::string>& given) {
  const bool scalar = !content.is_array() && !content.is_object();
  if (!given) return scalar ? BodyFormat::text : BodyFormat::json;
  if (*given == "json") return BodyFormat::json;
  if (*given == "text" && scalar) return BodyFormat::text;
  if (*given == "form" && content.is_object()) return BodyFormat::form;
  throw ConfigError("Invalid content format for " + std::string(type_words(content)) + ": '" +
                    *given + "'");
}

void check_form(const Object& form) {
  for (const auto& [name, field] : form) {
    if (field.is_array() || field.is_object()) {
      throw ConfigError("Invalid form content field value: " + value::to_json(field));
    }
  }
}

std::string form_text(const Object& form) {
  std::string text;
  for (const auto& [name, field] : form) {
    if (!text.empty()) text += '&';
    text += net::form_encode(name) + "=" + net::form_encode(value::as_text(field).value_or("null"));
  }
  return text;
}

}  // namespace

HttpBody make_http_body(const Value& content, const std::optional<std::string>& format,
                        const std::optional<std::string>& content_type,
                        const secrets::SecretProvider& secrets) {
  const BodyFormat chosen = body_format(content, format);
  if (chosen == BodyFormat::form) check_form(content.as_object());
  const Value resolved =
      secrets::resolve_secrets(content, secrets, secrets::ResolveIn::keys_and_values);
  switch (chosen) {
    case BodyFormat::text:
      // "plain/text" is what Digdag sends.
      return {value::as_text(resolved).value_or(""), content_type.value_or("plain/text")};
    case BodyFormat::json:
      return {value::to_json(resolved), content_type.value_or("application/json")};
    case BodyFormat::form:
      break;
  }
  return {form_text(resolved.as_object()), "application/x-www-form-urlencoded"};
}

}  // namespace mogura::operators
