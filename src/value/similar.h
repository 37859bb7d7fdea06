// Names that somebody who wrote another name may have meant.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace mogura::value {

/// The number of characters to insert, remove or replace to make one text of the other.
std::size_t edit_distance(std::u32string_view a, std::u32string_view b);

/// The candidates within half their own length of `name`, in their order (language.md §5.3).
std::vector<std::string_view> similar_names(std::string_view name,
                                            std::span<const std::string_view> candidates);

}  // namespace mogura::value
