#include "cli/spelling.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mogura::cli {
namespace {

// One change for so many characters is a slip of the finger.
constexpr std::size_t kCharactersPerChange = 3;
// Longer words are not names.
constexpr std::size_t kMaxWord = 100;

/// How many characters must be added, left out, replaced or swapped with their neighbour. A row of
/// the table says how far the words of that length are apart; three rows are needed at a time.
std::size_t changes_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, std::move(row));
  }
  return last.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kMaxWord) return "";
  std::string best;
  std::size_t fewest = word.size() / kCharactersPerChange + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kMaxWord) continue;
    const std::size_t changes = changes_between(word, candidate);
    if (changes < fewest) {
      fewest = changes;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string guess = nearest(word, candidates);
  return guess.empty() ? "" : ", did you mean '" + guess + "'?";
}

}  // namespace mogura::cli
