#include "store/sql/dialect.h"

#include <array>
#include <utility>

namespace mogura::store::sql {

std::string in_dialect(std::string_view text, const Dialect& dialect) {
  const std::array<std::pair<std::string_view, std::string_view>, 4> words = {{
      {"{skip_locked}", dialect.skip_locked},
      {"{for_update}", dialect.for_update},
      {"{key_share}", dialect.key_share},
      {"{find}", dialect.find},
  }};
  std::string result(text);
  for (const auto& [name, word] : words) {
    for (std::size_t at = result.find(name); at != std::string::npos; at = result.find(name, at)) {
      result.replace(at, name.size(), word);
      at += word.size();
    }
  }
  return result;
}

}  // namespace mogura::store::sql
