// Guessing what was meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mogura::cli {

/// The candidate that takes the fewest changes (a character added, left out, replaced, or two
/// swapped), if they are few for a word of that length; empty where nothing is near. Of equals the
/// first.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// `, did you mean 'X'?`, or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace mogura::cli
