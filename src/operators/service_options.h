// Reading options and secrets of service operators for their errors' sake.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "operators/operator.h"

namespace mogura::operators {

enum class OptionType { text, integer, boolean, duration, text_list, object };
enum class Need { optional, required };

struct ServiceOption {
  std::string_view key;
  OptionType type;
  Need need = Need::optional;
};

/// Reads each of them. Throws ConfigError on the first that does not fit.
void check_options(const Object& config, std::initializer_list<ServiceOption> options);

/// The secret `SCOPE.KEY` of the first scope that has it; absent where none has.
std::optional<std::string> find_secret(const Context& context,
                                       std::initializer_list<std::string_view> scopes,
                                       std::string_view key);
/// Throws Error of kind "secret not found" that names the key without its scope.
std::string require_secret(const Context& context, std::initializer_list<std::string_view> scopes,
                           std::string_view key);

/// Whether the key has a value that is not null.
bool is_set(const Object& config, std::string_view key);

}  // namespace mogura::operators
