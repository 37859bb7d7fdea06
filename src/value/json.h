// JSON text (language.md §14.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "value/value.h"

namespace mogura::value {

/// How deep arrays and objects may nest in a text that is read.
inline constexpr int kMaxNesting = 512;

/// The value that `text` holds. Integers of any size are kept; of equal keys the last one wins.
/// Throws Error of kind "json parse", with the line and column, on anything else, and on text after
/// the value.
Value parse_json(std::string_view text);

/// The first value in `text`, ignoring what follows it; absent for text that is blank.
std::optional<Value> parse_json_prefix(std::string_view text);

/// Compact JSON in one line: no blanks, keys in their order, numbers as number_text() has them.
std::string to_json(const Value& value);

/// `text` as a JSON string, with its quotes.
std::string json_quoted(std::string_view text);

/// The digits of control characters in JSON: Java's are upper-case, JavaScript's lower-case.
inline constexpr std::string_view kUpperHex = "0123456789ABCDEF";
inline constexpr std::string_view kLowerHex = "0123456789abcdef";

/// Appends what json_quoted() returns, with control characters in the given digits.
void append_json_quoted(std::string& out, std::string_view text, std::string_view hex = kUpperHex);

/// A double as Java prints it: `1.0`, `0.001`, `1.0E7`, `1.5E-4`.
std::string real_text(double number);

/// A number of any form as Digdag prints it; the value must be a number.
std::string number_text(const Value& number);

}  // namespace mogura::value
