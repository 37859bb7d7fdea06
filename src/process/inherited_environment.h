// The environment that many children have in common, laid out once: a request then says only what
// differs.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mogura::process {

class InheritedEnvironment {
 public:
  InheritedEnvironment() = default;
  /// Names and values as an environment can hold them; of equal names the last counts.
  explicit InheritedEnvironment(const std::vector<std::pair<std::string, std::string>>& variables);

  /// "NAME=VALUE" of each variable, no name twice.
  const std::vector<std::string>& entries() const { return entries_; }
  /// Which of the entries has this name.
  std::optional<std::size_t> index_of(std::string_view name) const;
  std::optional<std::string_view> find(std::string_view name) const;

 private:
  std::vector<std::string> entries_;
  std::map<std::string, std::size_t, std::less<>> index_;  // by name
};

}  // namespace mogura::process
