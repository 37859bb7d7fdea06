// Finds the templates in a text (language.md §11.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mogura::tmpl {

/// How the end of an expression is found: by counting braces, or at the first closing brace.
enum class Syntax { extended, legacy };

struct Piece {
  enum class Kind { literal, expression };
  Kind kind;
  /// The text between two templates as it stands, or the expression between the braces.
  std::string_view text;
};

/// The pieces of `text` in order; empty ones are left out.
std::vector<Piece> scan(std::string_view text, Syntax syntax);

/// Appends a literal piece, each `$$` in it as one `$`.
void append_literal(std::string& out, std::string_view piece);

}  // namespace mogura::tmpl
