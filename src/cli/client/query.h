// The query of a request: `?name=value&name=value`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mogura::cli {

class Query {
 public:
  Query& add(std::string_view name, std::string_view value);
  /// Nothing for an absent value (rest-api.md §16).
  Query& add(std::string_view name, const std::optional<std::string>& value);
  Query& add(std::string_view name, const std::optional<std::int64_t>& value);

  /// Empty, or with the question mark.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// One part of a path: what is neither letter, digit nor one of `-._~` is `%XX`.
std::string path_part(std::string_view text);

}  // namespace mogura::cli
