// Read in two steps: lines that end with an odd number of backslashes are joined with the next one,
// minus its leading blanks; then each of these logical lines is cut at its first separator that no
// backslash protects, and both halves lose their escapes.
#include "value/properties.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "value/utf8.h"

namespace mogura::value {
namespace {

constexpr std::string_view kPropertyBlanks = " \t\f";
constexpr std::string_view kLineEnds = "\r\n";

// What is left of a text, and how many lines of it were taken.
struct Rest {
  std::string_view text;
  std::size_t lines_taken = 0;
};

// Takes the first line off the rest; \r, \n and \r\n end it.
std::string_view take_line(Rest& rest) {
  std::string_view& text = rest.text;
  const std::size_t end = std::min(text.find_first_of(kLineEnds), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with("\r\n")) text.remove_prefix(1);
  if (!text.empty()) text.remove_prefix(1);
  ++rest.lines_taken;
  return line;
}

std::string_view without_leading_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kPropertyBlanks), text.size()));
  return text;
}

bool continues(std::string_view line) {
  const std::size_t end = line.find_last_not_of('\\') + 1;  // 0 where there is nothing else
  return (line.size() - end) % 2 == 1;
}

struct LogicalLine {
  std::string text;
  std::size_t number;  // of its first line, from 1
};

// The next line with all that continues it; absent at the end. Comments and blank lines are passed.
std::optional<LogicalLine> take_logical_line(Rest& rest) {
  while (!rest.text.empty()) {
    std::string_view line = without_leading_blanks(take_line(rest));
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    LogicalLine logical{.text = {}, .number = rest.lines_taken};
    while (continues(line)) {
      logical.text += line.substr(0, line.size() - 1);
      line = without_leading_blanks(take_line(rest));
    }
    logical.text += line;
    return logical;
  }
  return std::nullopt;
}

// The length of the key at the beginning of a logical line.
std::size_t key_length(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (std::string_view("=: \t\f").contains(line[at])) {
      return at;
    }
  }
  return line.size();
}

// The UTF-16 unit of the four hexadecimal digits at the beginning of `text`.
std::uint32_t hexadecimal_unit(std::string_view text) {
  std::uint32_t unit = 0;
  const std::string_view digits = text.substr(0, 4);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  if (digits.size() < 4 || error != std::errc{} || end != digits.data() + digits.size()) {
    throw Error("illegal argument", "Malformed \\uxxxx encoding.");
  }
  return unit;
}

// Takes `XXXX`, or the pair `XXXX\uXXXX`, off `text`; a surrogate without its other half is U+FFFD.
char32_t take_unicode_escape(std::string_view& text) {
  const std::uint32_t unit = hexadecimal_unit(text);
  text.remove_prefix(4);
  if (is_high_surrogate(unit) && text.starts_with("\\u")) {
    const std::uint32_t low = hexadecimal_unit(text.substr(2));
    if (is_low_surrogate(low)) {
      text.remove_prefix(6);
      return join_surrogates(unit, low);
    }
  }
  return is_surrogate(unit) ? kReplacementCharacter : unit;
}

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
      if (c != '\\') out += c;
      continue;
    }
    const char escape = text.front();
    text.remove_prefix(1);
    switch (escape) {
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u':
        append_utf8(out, take_unicode_escape(text));
        break;
      default:
        out += escape;
    }
  }
  return out;
}

// The key and the value of a logical line.
std::pair<std::string, std::string> property_of(std::string_view line) {
  const std::size_t key = key_length(line);
  std::string_view value = without_leading_blanks(line.substr(key));
  if (value.starts_with('=') || value.starts_with(':')) {
    value = without_leading_blanks(value.substr(1));
  }
  return {unescaped(line.substr(0, key)), unescaped(value)};
}

std::string utf8_of_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) append_utf8(text, static_cast<unsigned char>(c));
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_properties(std::string_view bytes,
                                                                  PropertiesEncoding encoding) {
  const std::string text =
      encoding == PropertiesEncoding::latin1 ? utf8_of_latin1(bytes) : valid_utf8(bytes);
  Rest rest{text};
  std::vector<std::pair<std::string, std::string>> properties;
  while (const std::optional<LogicalLine> line = take_logical_line(rest)) {
    try {
      properties.push_back(property_of(line->text));
    } catch (const Error& error) {
      throw Error(error.kind(), "line " + std::to_string(line->number) + ": " + error.message());
    }
  }
  return properties;
}

}  // namespace mogura::value
