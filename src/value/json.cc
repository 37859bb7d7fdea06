#include "value/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace mogura::value {
namespace {

namespace bj = boost::json;

// Receives the parser's events and builds the value from the leaves up.
struct JsonHandler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  struct Open {
    Value container;
    std::string key;
  };
  std::vector<Open> open;
  std::string text;
  std::string number;
  Value result;

  bool put(Value value) {
    if (open.empty()) {
      result = std::move(value);
    } else if (Open& last = open.back(); last.container.is_array()) {
      last.container.array().push_back(std::move(value));
    } else {
      last.container.object().set(last.key, std::move(value));
    }
    return true;
  }
  bool close() {
    Value done = std::move(open.back().container);
    open.pop_back();
    return put(std::move(done));
  }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) {
    open.push_back({Object{}, {}});
    return true;
  }
  bool on_object_end(std::size_t, bj::error_code&) { return close(); }
  bool on_array_begin(bj::error_code&) {
    open.push_back({Array{}, {}});
    return true;
  }
  bool on_array_end(std::size_t, bj::error_code&) { return close(); }
  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_key(bj::string_view part, std::size_t, bj::error_code&) {
    text.append(part.data(), part.size());
    open.back().key = std::exchange(text, {});
    return true;
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    text.append(part.data(), part.size());
    return put(std::exchange(text, {}));
  }
  bool on_number_part(bj::string_view part, bj::error_code&) {
    number.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, bj::string_view, bj::error_code&) {
    number.clear();
    return put(value);
  }
  bool on_uint64(std::uint64_t, bj::string_view part, bj::error_code&) {
    number.append(part.data(), part.size());
    return put(BigInteger{std::exchange(number, {})});
  }
  bool on_double(double value, bj::string_view part, bj::error_code&) {
    number.append(part.data(), part.size());
    const std::string digits = std::exchange(number, {});
    const bool whole = digits.find_first_of(".eE") == std::string::npos;
    if (whole) return put(BigInteger{digits});
    // The parser's own value may be off in the last bit. Beyond the range of doubles it stands.
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return put(value);
  }
  bool on_bool(bool value, bj::error_code&) { return put(value); }
  bool on_null(bj::error_code&) { return put(nullptr); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

constexpr std::string_view kJsonBlanks = " \t\r\n";

struct Parsed {
  Value value;
  std::size_t length;
};

Parsed parse_one(std::string_view text) {
  bj::parse_options options;
  options.max_depth = kMaxNesting;
  bj::basic_parser<JsonHandler> parser(options);
  bj::error_code error;
  const std::size_t length = parser.write_some(false, text.data(), text.size(), error);
  if (error) {
    const std::string_view before = text.substr(0, std::min(length, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t line_start = before.rfind('\n') + 1;
    throw Error("json parse", "Invalid JSON: " + error.message() + " (line " +
                                  std::to_string(line) + ", column " +
                                  std::to_string(before.size() - line_start + 1) + ")");
  }
  return {std::move(parser.handler().result), length};
}

void append_json(std::string& out, const Value& value) {
  switch (value.type()) {
    case Type::null:
      out += "null";
      break;
    case Type::boolean:
      out += value.as_boolean() ? "true" : "false";
      break;
    case Type::integer:
    case Type::big_integer:
      out += number_text(value);
      break;
    case Type::real:
      if (std::isfinite(value.as_real())) {
        out += real_text(value.as_real());
      } else {
        append_json_quoted(out, real_text(value.as_real()));
      }
      break;
    case Type::text:
      append_json_quoted(out, value.as_text());
      break;
    case Type::array: {
      const char* separator = "[";
      for (const Value& item : value.as_array()) {
        out += separator;
        append_json(out, item);
        separator = ",";
      }
      out += value.as_array().empty() ? "[]" : "]";
      break;
    }
    case Type::object: {
      const char* separator = "{";
      for (const Object::Member& member : value.as_object()) {
        out += separator;
        append_json_quoted(out, member.key);
        out += ':';
        append_json(out, member.value);
        separator = ",";
      }
      out += value.as_object().empty() ? "{}" : "}";
      break;
    }
  }
}

}  // namespace

Value parse_json(std::string_view text) {
  Parsed parsed = parse_one(text);
  const std::size_t rest = text.find_first_not_of(kJsonBlanks, parsed.length);
  if (rest != std::string_view::npos) {
    throw Error("json parse", "Invalid JSON: text after the value");
  }
  return std::move(parsed.value);
}

std::optional<Value> parse_json_prefix(std::string_view text) {
  if (text.find_first_not_of(kJsonBlanks) == std::string_view::npos) return std::nullopt;
  return parse_one(text).value;
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

void append_json_quoted(std::string& out, std::string_view text, std::string_view hex) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += hex[static_cast<unsigned char>(c) >> 4];
          out += hex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string json_quoted(std::string_view text) {
  std::string out;
  append_json_quoted(out, text);
  return out;
}

std::string real_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  const double size = std::fabs(number);
  char buffer[400];
  const bool plain = number == 0 || (size >= 1e-3 && size < 1e7);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const char* end = std::to_chars(buffer, buffer + sizeof buffer, number, format).ptr;
  std::string text(static_cast<const char*>(buffer), end);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;

  // d.ddde+XX becomes d.dddEX, with at least one digit behind the point.
  const std::size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  return mantissa + "E" + std::to_string(std::stoi(text.substr(e + 1)));
}

std::string number_text(const Value& number) {
  switch (number.type()) {
    case Type::integer:
      return std::to_string(number.as_integer());
    case Type::big_integer:
      return number.as_big_integer();
    default:
      return real_text(number.as_real());
  }
}

}  // namespace mogura::value
