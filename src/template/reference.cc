#include "template/reference.h"

#include <algorithm>
#include <charconv>

#include "template/names.h"
#include "value/utf8.h"

namespace mogura::tmpl {
namespace {

/// ECMAScript 5's reserved words, and the names that mean something else than a parameter.
constexpr std::string_view kNoParameters[] = {
    "break",  "case",     "catch",  "class",  "const",  "continue",   "debugger", "default",
    "delete", "do",       "else",   "enum",   "export", "extends",    "false",    "finally",
    "for",    "function", "if",     "import", "in",     "instanceof", "new",      "null",
    "return", "super",    "switch", "this",   "throw",  "true",       "try",      "typeof",
    "var",    "void",     "while",  "with"};

/// What every object inherits.
constexpr std::string_view kInherited[] = {
    "__proto__",      "constructor",          "hasOwnProperty", "isPrototypeOf",
    "toLocaleString", "propertyIsEnumerable", "toString",       "valueOf"};

/// The longest array index that is read; longer ones are left to JavaScript.
constexpr std::size_t kMaxIndexDigits = 9;

/// Takes a reference apart from left to right. Each take_ function says whether it found its part.
class ReferenceParser {
 public:
  explicit ReferenceParser(std::string_view text) : rest_(text) {}

  std::optional<Reference> parse() {
    Reference reference;
    skip_blanks();
    const std::string_view root = take_name();
    if (root.empty()) return std::nullopt;
    if (root != "this") {
      if (is_among(kNoParameters, root)) return std::nullopt;
      reference.parameter = root;
    }
    for (skip_blanks(); !rest_.empty(); skip_blanks()) {
      const auto key = take('.') ? take_dotted() : take_bracketed();
      if (!key) return std::nullopt;
      reference.path.push_back(*key);
    }
    if (!reference.parameter && reference.path.empty()) return std::nullopt;
    return reference;
  }

 private:
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view take_first(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view take_name() { return take_first(identifier_length(rest_)); }

  std::optional<std::string_view> take_dotted() {
    skip_blanks();
    const std::string_view name = take_name();
    return name.empty() ? std::nullopt : std::optional(name);
  }

  std::optional<std::string_view> take_bracketed() {
    if (!take('[')) return std::nullopt;
    skip_blanks();
    const auto key = take('\'') ? take_quoted('\'') : take('"') ? take_quoted('"') : take_index();
    skip_blanks();
    return take(']') ? key : std::nullopt;
  }

  std::optional<std::string_view> take_quoted(char quote) {
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view key = take_first(end);
    take(quote);
    // Escapes and line ends, which have their own meaning or are errors, and U+2028 among them.
    const bool simple =
        key.find_first_of("\\\r\n") == std::string_view::npos && is_simple_text(key);
    return simple ? std::optional(key) : std::nullopt;
  }

  static bool is_simple_text(std::string_view key) {
    for (std::size_t at = 0; at < key.size();) {
      const auto [character, bytes] = value::decode(key, at);
      if (character == value::kNoCharacter || character == 0x2028 || character == 0x2029)
        return false;
      at += bytes;
    }
    return true;
  }

  std::optional<std::string_view> take_index() {
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const bool simple = digits == 1 || (digits > 1 && digits <= kMaxIndexDigits && rest_[0] != '0');
    return simple ? std::optional(take_first(digits)) : std::nullopt;
  }

  std::string_view rest_;
};

Resolved found(const Value* value) {
  return {value == nullptr ? Resolved::Kind::undefined : Resolved::Kind::value, value, {}};
}

Resolved member(const Object& object, std::string_view key) {
  const Value* value = object.find(key);
  if (value == nullptr && is_among(kInherited, key)) {
    return {Resolved::Kind::needs_script, nullptr, {}};
  }
  return found(value);
}

Resolved element(const Array& items, std::string_view key) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  const bool canonical = key.size() == 1 || (key.size() <= kMaxIndexDigits && key.front() != '0');
  if (error != std::errc() || end != key.data() + key.size() || !canonical) {
    return {Resolved::Kind::needs_script, nullptr, {}};
  }
  return found(index < items.size() ? &items[index] : nullptr);
}

Resolved property(const Resolved& base, std::string_view key) {
  if (base.kind == Resolved::Kind::undefined || base.value->is_null()) {
    const char* what = base.kind == Resolved::Kind::undefined ? "undefined" : "null";
    return {Resolved::Kind::failed, nullptr,
            "TypeError: Cannot read property '" + std::string(key) + "' of " + what};
  }
  if (base.value->is_object()) return member(base.value->as_object(), key);
  if (base.value->is_array()) return element(base.value->as_array(), key);
  return {Resolved::Kind::needs_script, nullptr, {}};
}

/// The parameter that the reference starts at.
Resolved root(const Reference& reference, const Scope& scope) {
  const std::string_view name = reference.parameter ? *reference.parameter : reference.path.front();
  const Value* value = scope.find(name);
  // An unknown name may be a global, and a property that is missing may be inherited.
  const bool elsewhere = reference.parameter || is_among(kInherited, name);
  if (is_program_name(name) || (value == nullptr && elsewhere)) {
    return {Resolved::Kind::needs_script, nullptr, {}};
  }
  return found(value);
}

}  // namespace

std::optional<Reference> parse_reference(std::string_view expression) {
  return ReferenceParser(expression).parse();
}

Resolved resolve(const Reference& reference, const Scope& scope) {
  Resolved resolved = root(reference, scope);
  for (std::size_t at = reference.parameter ? 0 : 1; at < reference.path.size(); ++at) {
    if (resolved.kind == Resolved::Kind::failed || resolved.kind == Resolved::Kind::needs_script) {
      break;
    }
    resolved = property(resolved, reference.path[at]);
  }
  return resolved;
}

}  // namespace mogura::tmpl
