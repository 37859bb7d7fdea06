#include "process/inherited_environment.h"

namespace mogura::process {

InheritedEnvironment::InheritedEnvironment(
    const std::vector<std::pair<std::string, std::string>>& variables) {
  for (const auto& [name, value] : variables) {
    const auto [at, is_new] = index_.emplace(name, entries_.size());
    if (is_new) entries_.emplace_back();
    entries_[at->second] = name + '=' + value;
  }
}

std::optional<std::size_t> InheritedEnvironment::index_of(std::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> InheritedEnvironment::find(std::string_view name) const {
  const std::optional<std::size_t> index = index_of(name);
  if (!index) return std::nullopt;
  return std::string_view(entries_[*index]).substr(name.size() + 1);
}

}  // namespace mogura::process
