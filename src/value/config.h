// Reading parameters out of an object, with Digdag's coercions and error texts (language.md §14).
//
//   const std::string name = get_text(config, "name");           // 12 and true are texts too
//   const int limit = find_int(config, "limit").value_or(10);    // so is "12" a number
//
// All of these throw ConfigError with Digdag's text on a value that does not fit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "value/value.h"

namespace mogura::value {

// Required: missing is "Parameter 'k' is required but not set", null "... but null".
const Value& get(const Object& config, std::string_view key);
std::string get_text(const Object& config, std::string_view key);
bool get_boolean(const Object& config, std::string_view key);
/// A 32-bit integer; out of range is an error.
std::int32_t get_int(const Object& config, std::string_view key);
std::int64_t get_long(const Object& config, std::string_view key);
/// A list of texts; a null element reads "null".
std::vector<std::string> get_text_list(const Object& config, std::string_view key);
/// An object; null or another type is "Parameter 'k' must be an object".
const Object& get_object(const Object& config, std::string_view key);
/// An object, or JSON text of one (language.md §14.1 "parse-nested").
Object parse_object(const Object& config, std::string_view key);
/// A list, or JSON text of one (language.md §14.1 "parse-list").
Array parse_list(const Object& config, std::string_view key);

// Optional: absent where missing or null.
std::optional<std::string> find_text(const Object& config, std::string_view key);
std::optional<bool> find_boolean(const Object& config, std::string_view key);
std::optional<std::int32_t> find_int(const Object& config, std::string_view key);
std::optional<std::int64_t> find_long(const Object& config, std::string_view key);
/// Empty where missing or null.
std::vector<std::string> find_text_list(const Object& config, std::string_view key);
/// Empty where missing or null; another type is "Parameter 'k' must be an object".
Object find_object(const Object& config, std::string_view key);

/// "Expected TYPE for key 'k' but got SAMPLE (JSONTYPE)".
ConfigError wrong_type(std::string_view type, std::string_view key, const Value& got,
                       std::vector<Error> causes = {});

// One scalar under the coercions of language.md §14.2: absent where the table says error.
std::optional<std::string> as_text(const Value& value);
std::optional<bool> as_boolean(const Value& value);
std::optional<std::int32_t> as_int(const Value& value);
std::optional<std::int64_t> as_long(const Value& value);

}  // namespace mogura::value
