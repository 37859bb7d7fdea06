#include "server/query.h"

#include "value/utf8.h"

namespace mogura::server {
namespace {

std::optional<std::int64_t> find_number(const Call& call, std::string_view name,
                                        ParameterType type) {
  const std::optional<std::string> text = find_parameter(call, name);
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  if (!parse_id(*text, type, number)) throw unparsable();
  return number;
}

std::int64_t positive(std::int64_t size, std::string_view name) {
  if (size < 1) throw bad_request("parameter '" + std::string(name) + "' must be at least 1");
  return size;
}

bool is_word_true(std::string_view text) {
  constexpr std::string_view kTrue = "true";
  if (text.size() != kTrue.size()) return false;
  for (std::size_t i = 0; i < kTrue.size(); ++i) {
    if ((text[i] | ' ') != kTrue[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> find_parameter(const Call& call, std::string_view name) {
  std::optional<std::string> text = net::query_value(call.request.target.query, name);
  if (text) text = value::valid_utf8(*text);
  return text;
}

std::string get_parameter(const Call& call, std::string_view name) {
  std::optional<std::string> text = find_parameter(call, name);
  if (!text || text->empty()) throw bad_request(std::string(name) + "= is required");
  return std::move(*text);
}

std::optional<std::int32_t> find_int32(const Call& call, std::string_view name) {
  const auto number = find_number(call, name, ParameterType::int32);
  if (!number) return std::nullopt;
  return static_cast<std::int32_t>(*number);
}

std::optional<std::int64_t> find_int64(const Call& call, std::string_view name) {
  return find_number(call, name, ParameterType::int64);
}

bool is_true(const Call& call, std::string_view name) {
  return is_word_true(find_parameter(call, name).value_or(""));
}

std::int64_t page_size(const Call& call, std::int64_t maximum) {
  const std::optional<std::int32_t> size = find_int32(call, "page_size");
  if (!size) return kDefaultPageSize;
  if (*size > maximum) {
    const std::string limit = std::to_string(maximum);
    throw bad_request("Your specified page_size is Optional.of(" + std::to_string(*size) +
                      "), but it is larger than MAX_PAGE_SIZE: " + limit +
                      ". You must specify page_size with a number which is smaller than " + limit +
                      ".");
  }
  return positive(*size, "page_size");
}

std::int64_t page_count(const Call& call) {
  return positive(find_int32(call, "count").value_or(kDefaultPageSize), "count");
}

}  // namespace mogura::server
