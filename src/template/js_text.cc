// Numbers are written by the rules of ECMAScript's Number::toString: the shortest digits that read
// back as the same number, as a decimal from 1e-6 up to 1e21 and with an exponent beyond:
// 123000, 0.000001, 1e-7, 1.5e+21.
#include "template/js_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "value/json.h"
#include "value/utf8.h"

namespace mogura::tmpl {
namespace {

constexpr int kLargestDecimalExponent = 20;
constexpr int kSmallestDecimalExponent = -6;

/// `digits` stands for d.ddd times 10 to the `exponent`.
std::string positioned(std::string_view digits, int exponent) {
  const int count = static_cast<int>(digits.size());
  std::string text(digits);
  if (exponent > kLargestDecimalExponent || exponent < kSmallestDecimalExponent) {
    if (count > 1) text.insert(1, ".");
    return text + (exponent < 0 ? "e" : "e+") + std::to_string(exponent);
  }
  if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + text;
  if (count <= exponent + 1) {
    return text.append(static_cast<std::size_t>(exponent + 1 - count), '0');
  }
  return text.insert(static_cast<std::size_t>(exponent) + 1, ".");
}

/// The number of an object key that JavaScript takes for an array index.
std::optional<std::uint32_t> array_index(std::string_view key) {
  constexpr std::uint32_t kLargestIndex = std::numeric_limits<std::uint32_t>::max() - 1;
  if (key.empty() || (key[0] == '0' && key.size() > 1)) return std::nullopt;
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size() || index > kLargestIndex) {
    return std::nullopt;
  }
  return index;
}

void append_json(std::string& out, const Value& value);

void append_json(std::string& out, const Array& items) {
  out += '[';
  for (const Value& item : items) {
    if (&item != &items.front()) out += ',';
    append_json(out, item);
  }
  out += ']';
}

void append_json(std::string& out, const Object& object) {
  // Keys that are array indices come first, by size; the others keep their order.
  std::vector<std::pair<std::uint32_t, const Object::Member*>> indexed;
  for (const Object::Member& member : object) {
    if (const auto index = array_index(member.key)) indexed.emplace_back(*index, &member);
  }
  std::ranges::sort(indexed);
  bool first = true;
  const auto append_member = [&](const Object::Member& member) {
    if (!first) out += ',';
    first = false;
    value::append_json_quoted(out, member.key, value::kLowerHex);
    out += ':';
    append_json(out, member.value);
  };
  out += '{';
  for (const auto& [index, member] : indexed) append_member(*member);
  for (const Object::Member& member : object) {
    if (!array_index(member.key)) append_member(member);
  }
  out += '}';
}

void append_json(std::string& out, const Value& value) {
  switch (value.type()) {
    case value::Type::null:
      out += "null";
      break;
    case value::Type::boolean:
      out += value.as_boolean() ? "true" : "false";
      break;
    case value::Type::integer:
    case value::Type::big_integer:
    case value::Type::real: {
      const double number = js_number(value);
      out += std::isfinite(number) ? js_number_text(number) : "null";
      break;
    }
    case value::Type::text:
      value::append_json_quoted(out, value.as_text(), value::kLowerHex);
      break;
    case value::Type::array:
      append_json(out, value.as_array());
      break;
    case value::Type::object:
      append_json(out, value.as_object());
      break;
  }
}

}  // namespace

double js_number(const Value& number) {
  switch (number.type()) {
    case value::Type::integer:
      return static_cast<double>(number.as_integer());
    case value::Type::big_integer:
      return std::strtod(number.as_big_integer().c_str(), nullptr);
    default:
      return number.as_real();
  }
}

std::string js_number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (number == 0) return "0";
  if (number < 0) return "-" + js_number_text(-number);
  if (std::isinf(number)) return "Infinity";

  std::array<char, 32> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), written.ptr);
  const std::size_t e = text.find('e');
  int exponent = 0;
  const char* digits = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits, written.ptr, exponent);
  std::string mantissa(text.substr(0, e));
  std::erase(mantissa, '.');
  return positioned(mantissa, exponent);
}

void append_result(std::string& out, const Value& value) {
  if (value.is_null()) return;
  if (value.is_text()) {
    out += value.as_text();
  } else {
    append_json(out, value);
  }
}

bool is_plain_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const value::Decoded next = value::decode(bytes, at);
    if (next.character > 0xffff || value::is_surrogate(next.character)) return false;
    at += next.bytes;
  }
  return true;
}

std::string to_cesu8(std::string_view utf8) {
  std::string cesu8;
  cesu8.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const auto [character, bytes] = value::decode(utf8, at);
    at += bytes;
    if (character == value::kNoCharacter || value::is_surrogate(character)) {
      value::append_utf8(cesu8, 0xfffd);
    } else if (character > 0xffff) {
      value::append_utf8(cesu8, value::high_surrogate(character));
      value::append_utf8(cesu8, value::low_surrogate(character));
    } else {
      value::append_utf8(cesu8, character);
    }
  }
  return cesu8;
}

void append_utf8(std::string& out, std::string_view cesu8) {
  for (std::size_t at = 0; at < cesu8.size();) {
    // The lead byte of a surrogate; everything before the next one is the same in UTF-8.
    const std::size_t surrogate = std::min(cesu8.find('\xed', at), cesu8.size());
    out.append(cesu8.substr(at, surrogate - at));
    at = surrogate;
    if (at == cesu8.size()) return;
    const value::Decoded first = value::decode(cesu8, at);
    at += first.bytes;
    if (!value::is_surrogate(first.character)) {
      value::append_utf8(out, first.character == value::kNoCharacter ? U'?' : first.character);
      continue;
    }
    const value::Decoded second =
        at < cesu8.size() ? value::decode(cesu8, at) : value::Decoded{value::kNoCharacter, 1};
    if (value::is_high_surrogate(first.character) && value::is_low_surrogate(second.character)) {
      value::append_utf8(out, value::join_surrogates(first.character, second.character));
      at += second.bytes;
    } else {
      out += '?';
    }
  }
}

}  // namespace mogura::tmpl
