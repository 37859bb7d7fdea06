#include "operators/service_options.h"

#include "operators/duration_parameter.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

void check_option(const Object& config, const ServiceOption& option) {
  if (option.need == Need::required) value::get(config, option.key);
  switch (option.type) {
    case OptionType::text:
      value::find_text(config, option.key);
      break;
    case OptionType::integer:
      value::find_int(config, option.key);
      break;
    case OptionType::boolean:
      value::find_boolean(config, option.key);
      break;
    case OptionType::duration:
      find_duration(config, option.key);
      break;
    case OptionType::text_list:
      value::find_text_list(config, option.key);
      break;
    case OptionType::object:
      value::find_object(config, option.key);
      break;
  }
}

}  // namespace

void check_options(const Object& config, std::initializer_list<ServiceOption> options) {
  for (const ServiceOption& option : options) check_option(config, option);
}

std::optional<std::string> find_secret(const Context& context,
                                       std::initializer_list<std::string_view> scopes,
                                       std::string_view key) {
  for (const std::string_view scope : scopes) {
    const std::string full_key = std::string(scope) + "." + std::string(key);
    if (auto secret = context.secrets.find(full_key)) return secret;
  }
  return std::nullopt;
}

std::string require_secret(const Context& context, std::initializer_list<std::string_view> scopes,
                           std::string_view key) {
  if (auto secret = find_secret(context, scopes, key)) return *std::move(secret);
  throw Error("secret not found", "Secret not found for key: '" + std::string(key) + "'");
}

bool is_set(const Object& config, std::string_view key) {
  const Value* value = config.find(key);
  return value != nullptr && !value->is_null();
}

}  // namespace mogura::operators
