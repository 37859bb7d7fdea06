#include "template/script_error.h"

#include <optional>

namespace mogura::tmpl {
namespace {

/// The reworded message; absent where the message is of another form.
using Rewording = std::optional<std::string> (*)(std::string_view message, std::string_view text);

/// What stands between `before` at the message's start and `after` at its end.
std::optional<std::string_view> between(std::string_view message, std::string_view before,
                                        std::string_view after) {
  if (message.size() < before.size() + after.size() || !message.starts_with(before) ||
      !message.ends_with(after)) {
    return std::nullopt;
  }
  return message.substr(before.size(), message.size() - before.size() - after.size());
}

std::string quoted(std::string_view key) {
  return key.starts_with('\'') ? std::string(key) : "'" + std::string(key) + "'";
}

/// Duktape's 'abc' as "abc".
std::string value_name(std::string_view value) {
  const auto inside = between(value, "'", "'");
  return inside ? "\"" + std::string(*inside) + "\"" : std::string(value);
}

// identifier 'x' undefined
std::optional<std::string> unknown_name(std::string_view message, std::string_view) {
  const auto name = between(message, "identifier '", "' undefined");
  return name ? std::optional("ReferenceError: " + std::string(*name) + " is not defined")
              : std::nullopt;
}

// cannot read property 'b' of undefined
std::optional<std::string> no_object(std::string_view message, std::string_view) {
  for (const auto& [verb, word] : {std::pair("read", "read"), std::pair("write", "set")}) {
    const auto rest = between(message, "cannot " + std::string(verb) + " property ", "");
    const std::size_t of = rest ? rest->rfind(" of ") : std::string_view::npos;
    if (of == std::string_view::npos) continue;
    return "TypeError: Cannot " + std::string(word) + " property " + quoted(rest->substr(0, of)) +
           std::string(rest->substr(of));
  }
  return std::nullopt;
}

// undefined not callable (property 'f' of [object Object])
std::optional<std::string> no_method(std::string_view message, std::string_view text) {
  const std::size_t start = message.find(" not callable (property ");
  if (start == std::string_view::npos) return std::nullopt;
  const auto rest = between(message.substr(start), " not callable (property ", ")");
  const std::size_t of = rest ? rest->find(" of ") : std::string_view::npos;
  if (of == std::string_view::npos) return std::nullopt;
  const std::string_view key = rest->substr(0, of);
  const std::string method = "." + std::string(between(key, "'", "'").value_or(key));
  const std::string literal = value_name(rest->substr(of + 4));
  // A literal is named as it stands in the text, anything else is a value in between.
  std::string single_quoted = literal;
  for (char& c : single_quoted) c = c == '"' ? '\'' : c;
  const bool in_text = literal.starts_with('"') &&
                       (text.contains(literal + method) || text.contains(single_quoted + method));
  return "TypeError: " + (in_text ? literal : "(intermediate value)") + method +
         " is not a function";
}

// 5 not callable
std::optional<std::string> no_function(std::string_view message, std::string_view) {
  const auto value = between(message, "", " not callable");
  return value ? std::optional("TypeError: " + value_name(*value) + " is not a function")
               : std::nullopt;
}

std::optional<std::string> no_constructor(std::string_view message, std::string_view) {
  const auto value = between(message, "", " not constructable");
  return value ? std::optional("TypeError: " + value_name(*value) + " is not a constructor")
               : std::nullopt;
}

struct Reworded {
  std::string_view duktape;
  std::string_view text;
};
constexpr Reworded kLimits[] = {
    {"callstack limit", "RangeError: Maximum call stack size exceeded"},
    {"C stack depth limit", "RangeError: Maximum call stack size exceeded"},
    {"valstack limit", "RangeError: Maximum call stack size exceeded"},
    {"compiler recursion limit", "RangeError: the expression is nested too deeply"},
    {"encode recursion limit", "RangeError: the value is nested too deeply"},
    {"decode recursion limit", "RangeError: the JSON text is nested too deeply"},
    {"regexp step limit", "RangeError: a regular expression took too many steps"},
    {"regexp executor recursion limit", "RangeError: a regular expression took too many steps"},
    {"regexp compiler recursion limit", "RangeError: a regular expression is nested too deeply"},
};

}  // namespace

std::string script_error_text(std::string_view error, std::string_view text) {
  const std::size_t colon = error.find(": ");
  const std::string_view kind = error.substr(0, colon);
  const std::string_view message =
      colon == std::string_view::npos ? std::string_view{} : error.substr(colon + 2);
  if (kind == "RangeError" || kind == "Error") {
    for (const Reworded& limit : kLimits) {
      if (message == limit.duktape) return std::string(limit.text);
    }
  }
  if (kind == "ReferenceError" || kind == "TypeError") {
    constexpr Rewording kRewordings[] = {unknown_name, no_object, no_method, no_function,
                                         no_constructor};
    for (const Rewording reword : kRewordings) {
      if (auto reworded = reword(message, text)) return *reworded;
    }
  }
  return std::string(error);
}

}  // namespace mogura::tmpl
