// Handing all parameters of a big workflow to JavaScript costs more than evaluating an expression,
// so a script gets those whose names occur in it: in `${rows.length + limit}` the parameters `rows`
// and `limit`, and `length` if there is one. A name counts wherever it occurs, also in a string or
// behind a dot; a few names too many do no harm.
//
// That leaves the ways to a parameter that do not name it: `this` as a whole, `this[x]`, functions
// that take the scope as their `this` (`valueOf()`), `eval`, and escapes in identifiers. A text
// with one of these gets all parameters. In the same way moment is there if it is named or could be
// reached by `eval` or through the global object, which only a function's `this` gives away.
#include "template/names.h"

#include <algorithm>

#include "value/utf8.h"

namespace mogura::tmpl {
namespace {

constexpr std::string_view kProgramNames[] = {"__j", "__p", "__t", "print"};

/// Calls that see the scope object without naming `this`.
constexpr std::string_view kScopeReaders[] = {"eval", "hasOwnProperty", "propertyIsEnumerable",
                                              "valueOf"};

/// Ways to run code that is not in the text.
constexpr std::string_view kCodeMakers[] = {"Function", "constructor", "eval"};

bool is_ascii_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

bool is_other_letter(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  // Latin, Greek, Cyrillic, kana, CJK, Hangul; without the signs in between.
  static constexpr Range kLetters[] = {{0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x24f},
                                       {0x391, 0x3a1},   {0x3a3, 0x3ce},   {0x400, 0x481},
                                       {0x3041, 0x3096}, {0x30a1, 0x30fa}, {0x30fc, 0x30fe},
                                       {0x4e00, 0x9fcc}, {0xac00, 0xd7a3}};
  return std::ranges::any_of(
      kLetters, [&](const Range& range) { return c >= range.first && c <= range.last; });
}

bool is_word_byte(char c) {
  return is_ascii_letter(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9') ||
         (c & 0x80) != 0;
}

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

/// The key in `['key'` or `["key"`; empty for anything else.
std::string_view quoted_key(std::string_view text) {
  text = without_blanks(text.substr(1));
  if (text.empty() || (text.front() != '\'' && text.front() != '"')) return {};
  const std::size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return {};
  const std::string_view key = text.substr(1, end - 1);
  const std::string_view after = without_blanks(text.substr(end + 1));
  const bool simple = key.find('\\') == std::string_view::npos && after.starts_with(']');
  return simple ? key : std::string_view{};
}

/// What `this` gives access to, with the text that follows it.
void add_this(Names& names, std::string_view rest) {
  rest = without_blanks(rest);
  if (rest.starts_with('.')) return;  // the name behind the dot is a word of its own
  const std::string_view key = rest.starts_with('[') ? quoted_key(rest) : std::string_view{};
  if (key.empty()) {
    names.any_parameter = true;
  } else {
    names.parameters.push_back(key);
  }
}

void add_word(Names& names, std::string_view word, std::string_view rest) {
  if (word == "this") add_this(names, rest);
  if (word == "moment" || is_among(kCodeMakers, word)) names.moment = true;
  if (is_among(kScopeReaders, word)) names.any_parameter = true;
  if (is_program_name(word)) names.program_names = true;
  names.parameters.push_back(word);
}

void add_expression(Names& names, std::string_view expression) {
  bool has_this = false;
  bool has_function = false;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    if (expression.substr(at).starts_with("\\u")) names.any_parameter = names.moment = true;
    if (!is_word_byte(expression[at])) continue;
    std::size_t end = at;
    while (end < expression.size() && is_word_byte(expression[end])) ++end;
    const std::string_view word = expression.substr(at, end - at);
    has_this |= word == "this";
    has_function |= word == "function";
    add_word(names, word, expression.substr(end));
    at = end - 1;
  }
  if (has_this && has_function) names.moment = true;
}

}  // namespace

std::size_t identifier_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto [character, bytes] = value::decode(text, at);
    const bool digit = character >= '0' && character <= '9' && at > 0;
    if (!digit && !is_ascii_letter(character) && !is_other_letter(character)) break;
    at += bytes;
  }
  return at;
}

bool is_program_name(std::string_view name) {
  return is_among(kProgramNames, name);
}

Names find_names(const std::vector<Piece>& pieces) {
  Names names;
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::expression) add_expression(names, piece.text);
  }
  return names;
}

}  // namespace mogura::tmpl
