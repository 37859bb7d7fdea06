#include "server/version.h"

#include <algorithm>
#include <charconv>

namespace mogura::server {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_qualifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
  });
}

bool read_number(std::string_view text, std::int64_t& number) {
  const bool has_leading_zero = text.size() > 1 && text.front() == '0';
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !has_leading_zero && error == std::errc() && end == text.data() + text.size() &&
         number >= 0;
}

}  // namespace

Version Version::parse(std::string_view text) {
  const Error invalid("illegal argument", "Invalid version string: " + std::string(text));
  Version version;
  const std::size_t dash = std::min(text.find('-'), text.size());
  if (dash < text.size()) {
    version.qualifier_ = std::string(text.substr(dash + 1));
    if (!is_qualifier(version.qualifier_)) throw invalid;
  }
  const std::string_view numbers = text.substr(0, dash);
  for (std::size_t at = 0; at <= numbers.size();) {
    const std::size_t end = std::min(numbers.find('.', at), numbers.size());
    std::int64_t number = 0;
    if (!read_number(numbers.substr(at, end - at), number)) throw invalid;
    version.numbers_.push_back(number);
    at = end + 1;
  }
  return version;
}

std::weak_ordering Version::operator<=>(const Version& other) const {
  for (std::size_t i = 0; i < std::max(numbers_.size(), other.numbers_.size()); ++i) {
    const std::int64_t mine = i < numbers_.size() ? numbers_[i] : 0;
    const std::int64_t theirs = i < other.numbers_.size() ? other.numbers_[i] : 0;
    if (mine != theirs) return mine <=> theirs;
  }
  if (qualifier_.empty() != other.qualifier_.empty()) {
    return qualifier_.empty() ? std::weak_ordering::greater : std::weak_ordering::less;
  }
  return qualifier_ <=> other.qualifier_;
}

}  // namespace mogura::server
