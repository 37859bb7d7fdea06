#include "value/config.h"

#include <charconv>
#include <limits>
#include <utility>

#include "value/json.h"

namespace mogura::value {
namespace {

// Java's `trim`: everything up to the blank goes.
std::string_view java_trimmed(std::string_view text) {
  const auto visible = [](char c) { return static_cast<unsigned char>(c) > ' '; };
  while (!text.empty() && !visible(text.front())) text.remove_prefix(1);
  while (!text.empty() && !visible(text.back())) text.remove_suffix(1);
  return text;
}

// Texts that stand for "no value", and read as 0 and false.
bool means_nothing(std::string_view trimmed) {
  return trimmed.empty() || trimmed == "null";
}

template <class Integer>
std::optional<Integer> integer_of_text(std::string_view text) {
  std::string_view digits = java_trimmed(text);
  if (means_nothing(digits)) return Integer{0};
  if (digits.front() == '+') {
    digits.remove_prefix(1);
    if (digits.starts_with('-')) return std::nullopt;
  }
  Integer number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

template <class Integer>
std::optional<Integer> integer_of_real(double number) {
  using Limits = std::numeric_limits<Integer>;
  // The bound as a double may be one more than the greatest integer; Java then cuts to that
  // integer.
  const auto greatest = static_cast<double>(Limits::max());
  if (!(number >= static_cast<double>(Limits::min()) && number <= greatest)) return std::nullopt;
  return number == greatest ? Limits::max() : static_cast<Integer>(number);
}

template <class Integer>
std::optional<Integer> as_integer_of(const Value& value) {
  switch (value.type()) {
    case Type::integer:
      if (!std::in_range<Integer>(value.as_integer())) return std::nullopt;
      return static_cast<Integer>(value.as_integer());
    case Type::real:
      return integer_of_real<Integer>(value.as_real());
    case Type::text:
      return integer_of_text<Integer>(value.as_text());
    default:
      return std::nullopt;
  }
}

std::string_view json_type_name(const Value& value) {
  switch (value.type()) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "boolean";
    case Type::text:
      return "string";
    case Type::array:
      return "array";
    case Type::object:
      return "object";
    default:
      return "number";
  }
}

// JSON text of 100 UTF-16 units and more is cut to 97 and an ellipsis.
std::string sample_of(std::string json) {
  constexpr std::size_t kLongestWhole = 99;
  constexpr std::size_t kKept = 97;
  std::size_t units = 0;
  std::size_t kept_bytes = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const auto byte = static_cast<unsigned char>(json[at]);
    const bool continues = (byte & 0xC0) == 0x80;
    if (!continues) units += byte >= 0xF0 ? 2 : 1;
    if (units <= kKept) kept_bytes = at + 1;
  }
  if (units <= kLongestWhole) return json;
  json.resize(kept_bytes);
  return json + "...";
}

std::string parameter(std::string_view key, std::string_view problem) {
  return "Parameter '" + std::string(key) + "' " + std::string(problem);
}

const Value& get_present(const Object& config, std::string_view key) {
  const Value* value = config.find(key);
  if (value == nullptr) throw ConfigError(parameter(key, "is required but not set"));
  return *value;
}

const Value* find_present(const Object& config, std::string_view key) {
  const Value* value = config.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const Object& object_of(const Value& value, std::string_view key) {
  if (!value.is_object()) throw ConfigError(parameter(key, "must be an object"));
  return value.as_object();
}

// The first value of JSON text; absent where the text is blank.
std::optional<Value> value_of_json_text(const std::string& text) {
  try {
    return parse_json_prefix(text);
  } catch (const Error& error) {
    throw ConfigError(error.message());
  }
}

constexpr std::string_view kTextType = "string type";
constexpr std::string_view kBooleanType = "'true' or 'false'";
constexpr std::string_view kIntType = "integer (int) type";
constexpr std::string_view kLongType = "integer (long) type";
constexpr std::string_view kArrayType = "array type";

template <class T>
T coerced(std::optional<T> (*coerce)(const Value&), std::string_view type, std::string_view key,
          const Value& value) {
  if (std::optional<T> result = coerce(value)) return *std::move(result);
  throw wrong_type(type, key, value);
}

template <class T>
std::optional<T> find_coerced(std::optional<T> (*coerce)(const Value&), std::string_view type,
                              const Object& config, std::string_view key) {
  const Value* value = find_present(config, key);
  if (value == nullptr) return std::nullopt;
  return coerced(coerce, type, key, *value);
}

std::vector<std::string> text_list_of(const Value& value, std::string_view key) {
  if (!value.is_array()) throw wrong_type(kArrayType, key, value);
  std::vector<std::string> texts;
  texts.reserve(value.as_array().size());
  for (const Value& item : value.as_array()) {
    texts.push_back(item.is_null() ? "null" : coerced(as_text, kTextType, key, item));
  }
  return texts;
}

}  // namespace

const Value& get(const Object& config, std::string_view key) {
  const Value& value = get_present(config, key);
  if (value.is_null()) throw ConfigError(parameter(key, "is required but null"));
  return value;
}

std::string get_text(const Object& config, std::string_view key) {
  return coerced(as_text, kTextType, key, get(config, key));
}

bool get_boolean(const Object& config, std::string_view key) {
  return coerced(as_boolean, kBooleanType, key, get(config, key));
}

std::int32_t get_int(const Object& config, std::string_view key) {
  return coerced(as_int, kIntType, key, get(config, key));
}

std::int64_t get_long(const Object& config, std::string_view key) {
  return coerced(as_long, kLongType, key, get(config, key));
}

std::vector<std::string> get_text_list(const Object& config, std::string_view key) {
  return text_list_of(get(config, key), key);
}

const Object& get_object(const Object& config, std::string_view key) {
  return object_of(get_present(config, key), key);
}

Object parse_object(const Object& config, std::string_view key) {
  const Value& value = get_present(config, key);
  if (!value.is_text()) return object_of(value, key);
  return object_of(value_of_json_text(value.as_text()).value_or(nullptr), key);
}

Array parse_list(const Object& config, std::string_view key) {
  Value value = get(config, key);
  if (value.is_text()) {
    std::optional<Value> parsed = value_of_json_text(value.as_text());
    if (!parsed) {
      throw ConfigError("Expected array type for key '" + std::string(key) +
                        "' but got  (MISSING)");
    }
    value = *std::move(parsed);
  }
  if (!value.is_array()) throw wrong_type(kArrayType, key, value);
  return value.as_array();
}

std::optional<std::string> find_text(const Object& config, std::string_view key) {
  return find_coerced(as_text, kTextType, config, key);
}

std::optional<bool> find_boolean(const Object& config, std::string_view key) {
  return find_coerced(as_boolean, kBooleanType, config, key);
}

std::optional<std::int32_t> find_int(const Object& config, std::string_view key) {
  return find_coerced(as_int, kIntType, config, key);
}

std::optional<std::int64_t> find_long(const Object& config, std::string_view key) {
  return find_coerced(as_long, kLongType, config, key);
}

std::vector<std::string> find_text_list(const Object& config, std::string_view key) {
  const Value* value = find_present(config, key);
  return value == nullptr ? std::vector<std::string>{} : text_list_of(*value, key);
}

Object find_object(const Object& config, std::string_view key) {
  const Value* value = find_present(config, key);
  return value == nullptr ? Object{} : object_of(*value, key);
}

ConfigError wrong_type(std::string_view type, std::string_view key, const Value& got,
                       std::vector<Error> causes) {
  std::string message = "Expected ";
  message.append(type).append(" for key '").append(key).append("' but got ");
  message.append(sample_of(to_json(got))).append(" (").append(json_type_name(got)).append(")");
  return ConfigError(std::move(message), std::move(causes));
}

std::optional<std::string> as_text(const Value& value) {
  switch (value.type()) {
    case Type::text:
      return value.as_text();
    case Type::boolean:
      return value.as_boolean() ? "true" : "false";
    case Type::integer:
    case Type::big_integer:
    case Type::real:
      return number_text(value);
    default:
      return std::nullopt;
  }
}

std::optional<bool> as_boolean(const Value& value) {
  switch (value.type()) {
    case Type::boolean:
      return value.as_boolean();
    case Type::integer:
      return value.as_integer() != 0;
    case Type::big_integer:
      return true;
    case Type::text:
      break;
    default:
      return std::nullopt;
  }
  const std::string_view text = java_trimmed(value.as_text());
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (means_nothing(text)) return false;
  return std::nullopt;
}

std::optional<std::int32_t> as_int(const Value& value) {
  return as_integer_of<std::int32_t>(value);
}

std::optional<std::int64_t> as_long(const Value& value) {
  return as_integer_of<std::int64_t>(value);
}

}  // namespace mogura::value
