// The names in an expression: which parameters its script can see, and which library it needs.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "template/scanner.h"

namespace mogura::tmpl {

/// How many bytes of an identifier `text` begins with. Of letters beyond ASCII only those of the
/// common scripts count, so an identifier is never taken for longer than JavaScript takes it.
std::size_t identifier_length(std::string_view text);

inline bool is_among(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// Whether the program that evaluates a text uses the name itself, which hides a parameter of that
/// name (language.md §11.4).
bool is_program_name(std::string_view name);

/// What the expressions of a text can name, never less than they do.
struct Names {
  /// Possible names of parameters, repeated as often as they occur; views into the text.
  std::vector<std::string_view> parameters;
  /// Whether the script may look at any parameter, by a name that is not in the text.
  bool any_parameter = false;
  /// Whether the script may use moment.
  bool moment = false;
  /// Whether one of the program's own names occurs.
  bool program_names = false;
};

Names find_names(const std::vector<Piece>& pieces);

}  // namespace mogura::tmpl
