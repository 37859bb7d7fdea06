#include "value/similar.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "value/utf8.h"

namespace mogura::value {

std::size_t edit_distance(std::u32string_view a, std::u32string_view b) {
  // Row i holds the distances of a's first i characters to each beginning of b.
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::vector<std::string_view> similar_names(std::string_view name,
                                            std::span<const std::string_view> candidates) {
  const std::u32string wanted = code_points(name);
  std::vector<std::string_view> similar;
  for (const std::string_view candidate : candidates) {
    // A name of more than one and a half times the length cannot be near; it need not be compared.
    const std::u32string offered = code_points(candidate);
    const std::size_t limit = offered.size() / 2;
    if (wanted.size() > offered.size() + limit) continue;
    if (edit_distance(wanted, offered) <= limit) similar.push_back(candidate);
  }
  return similar;
}

}  // namespace mogura::value
