#include "cli/program.h"

namespace mogura::cli {

std::string Program::version() const {
  return std::string(is_mogura() ? std::string_view(MOGURA_VERSION) : kDigdagVersion);
}

std::string Program::expand(std::string_view text) const {
  static constexpr std::string_view kPlaceholder = "PROG";
  std::string expanded;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = text.find(kPlaceholder, at);
    expanded += text.substr(at, found - at);
    if (found == std::string_view::npos) break;
    expanded += name;
    at = found + kPlaceholder.size();
  }
  return expanded;
}

Program identify_program(std::string_view argv0) {
  const std::size_t slash = argv0.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? argv0 : argv0.substr(slash + 1);
  if (name == "digdag") return {Face::digdag, std::string(name)};
  return {};
}

}  // namespace mogura::cli
