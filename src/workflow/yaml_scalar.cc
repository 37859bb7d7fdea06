// A plain scalar is tried as boolean, integer, float and null, in this order, by hand-written
// matchers; what none of them takes is text:
//
//   True -> true   010 -> 8   1_000 -> 1000   1:30.5 -> 90.5   0.5, yes, 10:00:00 -> text
#include "workflow/yaml_scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace mogura::workflow {
namespace {

using Outcome = std::expected<Value, std::string>;

constexpr std::string_view kDecimal = "0123456789";
constexpr std::string_view kDecimalOrGap = "0123456789_";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_all(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_some(std::string_view text, std::string_view allowed) {
  return !text.empty() && is_all(text, allowed);
}

// Takes what `allowed` has off the front of `text`.
std::string_view take(std::string_view& text, std::string_view allowed) {
  const std::size_t size = std::min(text.find_first_not_of(allowed), text.size());
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

bool take_char(std::string_view& text, std::string_view choices) {
  if (text.empty() || choices.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::string without_gaps(std::string_view digits) {
  std::string result(digits);
  std::erase(result, '_');
  return result;
}

bool looks_like_integer(std::string_view text) {
  take_char(text, "+-");
  if (text.starts_with("0b")) return is_some(text.substr(2), "01_");
  if (text.starts_with("0x")) return is_some(text.substr(2), "0123456789abcdefABCDEF_");
  if (text == "0") return true;
  if (text.starts_with("0")) return is_all(text.substr(1), "01234567_");
  return is_some(text, kDecimalOrGap) && text.front() != '_';
}

// The decimal digits of a number in another radix: long multiplication in groups of nine digits.
std::string decimal_digits(std::string_view digits, unsigned radix) {
  constexpr std::uint64_t kGroup = 1'000'000'000;
  std::vector<std::uint64_t> groups{0};
  for (char c : digits) {
    std::uint64_t carry = static_cast<std::uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    for (std::uint64_t& group : groups) {
      carry += group * radix;
      group = carry % kGroup;
      carry /= kGroup;
    }
    if (carry != 0) groups.push_back(carry);
  }
  std::string decimal = fmt::format("{}", groups.back());
  for (std::size_t i = groups.size() - 1; i-- > 0;) decimal += fmt::format("{:09}", groups[i]);
  return decimal;
}

Value integer_value(bool negative, std::string decimal) {
  constexpr std::size_t kDigitsThatFit = std::numeric_limits<std::int64_t>::digits10;
  decimal.erase(0, std::min(decimal.find_first_not_of('0'), decimal.size() - 1));
  if (negative && decimal != "0") decimal.insert(0, 1, '-');
  if (decimal.size() <= kDigitsThatFit) return Value(std::strtoll(decimal.c_str(), nullptr, 10));
  errno = 0;
  const long long number = std::strtoll(decimal.c_str(), nullptr, 10);
  if (errno == 0) return Value(number);
  return Value(value::BigInteger{std::move(decimal)});
}

// An integer in any notation; absent where `text` is none.
std::optional<Outcome> integer(std::string_view text) {
  if (!looks_like_integer(text)) return std::nullopt;
  const bool negative = text.starts_with('-');
  take_char(text, "+-");
  unsigned radix = 10;
  if (text.size() > 1 && text.front() == '0') {
    radix = text[1] == 'b' ? 2 : text[1] == 'x' ? 16 : 8;
    text.remove_prefix(radix == 8 ? 1 : 2);
  }
  std::string digits = without_gaps(text);
  if (digits.empty() && radix != 8) return std::unexpected("For input string: \"\"");
  if (radix == 10) return integer_value(negative, std::move(digits));
  if (digits.size() > kMaxRadixDigits) {
    return std::unexpected(fmt::format("a number has more than {} digits", kMaxRadixDigits));
  }
  return integer_value(negative, decimal_digits(digits, radix));
}

Value real_value(double number) {
  if (std::isnan(number)) return Value("NaN");
  if (std::isinf(number)) return Value(number < 0 ? "-Infinity" : "Infinity");
  return Value(number);
}

// `190:20:30.5`: base 60, and the last part has the point.
std::optional<double> sexagesimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  take_char(text, "+-");
  const std::string_view head = take(text, kDecimalOrGap);
  if (head.empty() || kDecimal.substr(1).find(head.front()) == std::string_view::npos) return {};
  double number = std::strtod(without_gaps(head).c_str(), nullptr);
  if (!text.starts_with(':')) return {};
  while (take_char(text, ":")) {
    const std::string_view part = take(text, kDecimal);
    if (part.empty() || part.size() > 2 || (part.size() == 2 && part.front() > '5')) return {};
    number = number * 60 + std::strtod(std::string(part).c_str(), nullptr);
  }
  const std::string_view fraction = text;
  if (!take_char(text, ".") || !is_all(text, kDecimalOrGap)) return {};
  number += std::strtod(("0" + without_gaps(fraction)).c_str(), nullptr);
  return negative ? -number : number;
}

// `.5`, `1.`, `1_000.5e-3`: never a leading zero before the point.
std::optional<double> decimal_float(std::string_view text) {
  const std::string_view whole_text = text;
  take_char(text, "+-");
  const std::string_view whole = take(text, kDecimalOrGap);
  if (whole.starts_with('0') || whole.starts_with('_')) return {};
  if (take_char(text, ".")) {
    const std::string_view fraction = take(text, whole.empty() ? kDecimal : kDecimalOrGap);
    if (whole.empty() && fraction.empty()) return {};
  } else if (whole.empty()) {
    return {};
  }
  if (take_char(text, "eE")) {
    take_char(text, "+-");
    if (take(text, kDecimal).empty()) return {};
  }
  if (!text.empty()) return {};
  return std::strtod(without_gaps(whole_text).c_str(), nullptr);
}

std::optional<Value> real(std::string_view text) {
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return real_value(std::nan(""));
  std::string_view unsigned_text = text;
  take_char(unsigned_text, "+-");
  if (is_one_of(unsigned_text, {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    return real_value(text.starts_with('-') ? -infinity : infinity);
  }
  std::optional<double> number = decimal_float(text);
  if (!number) number = sexagesimal(text);
  if (!number) return std::nullopt;
  return real_value(*number);
}

Outcome tagged_boolean(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (is_one_of(word, {"yes", "true", "on"})) return Value(true);
  if (is_one_of(word, {"no", "false", "off"})) return Value(false);
  return std::unexpected(fmt::format("expected a boolean, but found {}", text));
}

Outcome tagged_float(std::string_view text) {
  if (std::optional<Value> number = real(text)) return *number;
  // Under the tag a zero before the point is welcome.
  char* end = nullptr;
  const std::string digits = without_gaps(text);
  if (!is_some(digits, "0123456789.+-eE")) {
    return std::unexpected(fmt::format("For input string: \"{}\"", text));
  }
  const double number = std::strtod(digits.c_str(), &end);
  if (*end != '\0') return std::unexpected(fmt::format("For input string: \"{}\"", text));
  return real_value(number);
}

Outcome tagged_binary(std::string_view text) {
  std::string base64(text);
  std::erase_if(base64, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  const std::string_view body =
      std::string_view(base64).substr(0, std::min(base64.find('='), base64.size()));
  const bool padded = base64.size() % 4 == 0 && base64.size() - body.size() <= 2 &&
                      is_all(std::string_view(base64).substr(body.size()), "=");
  const bool legal = std::ranges::all_of(body, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
  if (!padded || !legal) return std::unexpected("Illegal character in Base64 encoded data.");
  return Value(std::move(base64));
}

// A number of at most `max_digits` digits off the front of `text`; -1 where there is none.
int take_number(std::string_view& text, std::size_t max_digits) {
  const std::string_view digits = take(text, kDecimal);
  if (digits.empty() || digits.size() > max_digits) return -1;
  int number = 0;
  for (char c : digits) number = number * 10 + (c - '0');
  return number;
}

// The time of day and zone of a timestamp, in milliseconds from midnight UTC of its date.
std::optional<std::int64_t> time_and_zone(std::string_view text) {
  if (text.empty()) return 0;
  if (!take_char(text, "Tt") && take(text, " \t").empty()) return {};
  const int hour = take_number(text, 2);
  const int minute = take_char(text, ":") ? take_number(text, 2) : -1;
  const int second = take_char(text, ":") ? take_number(text, 2) : -1;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return {};
  std::int64_t millis = ((hour * 60 + minute) * 60 + second) * 1000;
  if (take_char(text, ".")) {
    std::string digits(take(text, kDecimal).substr(0, 3));
    digits.resize(3, '0');
    millis += std::atoi(digits.c_str());
  }
  take(text, " \t");
  if (text.empty() || text == "Z") return millis;
  const int sign = text.starts_with('-') ? -1 : 1;
  if (!take_char(text, "+-")) return {};
  const int zone_hours = take_number(text, 2);
  const int zone_minutes = take_char(text, ":") ? take_number(text, 2) : 0;
  if (zone_hours < 0 || zone_minutes < 0 || !text.empty()) return {};
  return millis - sign * (zone_hours * 60 + zone_minutes) * 60'000;
}

Outcome tagged_timestamp(std::string_view text) {
  std::string_view rest = text;
  const int year = take_number(rest, 4);
  const int month = take_char(rest, "-") ? take_number(rest, 2) : -1;
  const int day = take_char(rest, "-") ? take_number(rest, 2) : -1;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  const std::optional<std::int64_t> millis = time_and_zone(rest);
  if (year < 0 || month < 0 || day < 0 || !date.ok() || !millis) {
    return std::unexpected(fmt::format("unexpected timestamp: {}", text));
  }
  const std::chrono::sys_time<std::chrono::milliseconds> midnight = std::chrono::sys_days(date);
  return Value(midnight.time_since_epoch().count() + *millis);
}

}  // namespace

std::expected<Value, std::string> plain_scalar(std::string_view text) {
  if (is_one_of(text, {"true", "True"})) return Value(true);
  if (is_one_of(text, {"false", "False"})) return Value(false);
  if (std::optional<Outcome> number = integer(text)) return *number;
  if (std::optional<Value> number = real(text)) return *number;
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return Value();
  return Value(text);
}

std::optional<std::expected<Value, std::string>> tagged_scalar(std::string_view name,
                                                               std::string_view text) {
  if (name == "str") return Value(text);
  if (name == "null") return Value();
  if (name == "bool") return tagged_boolean(text);
  if (name == "int") {
    return integer(text).value_or(std::unexpected(fmt::format("For input string: \"{}\"", text)));
  }
  if (name == "float") return tagged_float(text);
  if (name == "binary") return tagged_binary(text);
  if (name == "timestamp") return tagged_timestamp(text);
  return std::nullopt;
}

}  // namespace mogura::workflow
