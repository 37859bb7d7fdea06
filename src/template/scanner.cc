#include "template/scanner.h"

namespace mogura::tmpl {
namespace {

/// Whether what follows `${` is reserved, like `secret:key}`: lower-case letters and a colon.
bool is_reserved(std::string_view rest) {
  const std::size_t letters = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  return letters != 0 && letters != std::string_view::npos && rest[letters] == ':';
}

/// The position of the brace that closes the expression at `start`; npos where there is none.
std::size_t expression_end(std::string_view text, std::size_t start, Syntax syntax) {
  if (syntax == Syntax::legacy) return text.find('}', start + 1);
  int open = 1;
  for (std::size_t at = text.find_first_of("{}", start); at != std::string_view::npos;
       at = text.find_first_of("{}", at + 1)) {
    open += text[at] == '{' ? 1 : -1;
    if (open == 0) return at;
  }
  return std::string_view::npos;
}

void add(std::vector<Piece>& pieces, Piece::Kind kind, std::string_view text) {
  if (!text.empty()) pieces.push_back({kind, text});
}

}  // namespace

std::vector<Piece> scan(std::string_view text, Syntax syntax) {
  std::vector<Piece> pieces;
  std::size_t literal = 0;
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at)) {
    const std::size_t start = at + 2;
    if (is_reserved(text.substr(start))) {
      ++at;
      continue;
    }
    const std::size_t end = expression_end(text, start, syntax);
    if (end == std::string_view::npos) break;
    add(pieces, Piece::Kind::literal, text.substr(literal, at - literal));
    add(pieces, Piece::Kind::expression, text.substr(start, end - start));
    literal = at = end + 1;
  }
  add(pieces, Piece::Kind::literal, text.substr(literal));
  return pieces;
}

void append_literal(std::string& out, std::string_view piece) {
  for (std::size_t pair = piece.find("$$"); pair != std::string_view::npos;
       pair = piece.find("$$")) {
    out.append(piece.substr(0, pair + 1));
    piece.remove_prefix(pair + 2);
  }
  out.append(piece);
}

}  // namespace mogura::tmpl
