// Long texts are folded where a blank stands beyond column 80, or behind a character that had to be
// escaped or is not ASCII:
//
//   long: "aaaaaaaaa ... hhhhhhhhh<backslash>
//     <backslash> iiiiiiiii"
//
// The first backslash joins the lines, the second keeps the blank behind it. Columns are counted in
// UTF-16 units.
#include "value/yaml_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "value/json.h"
#include "value/utf8.h"

namespace mogura::value {
namespace {

constexpr std::size_t kFoldColumn = 80;
constexpr std::size_t kIndent = 2;

bool is_plain_ascii(char32_t c) {
  return c >= 0x20 && c <= 0x7E;
}

// Characters that YAML allows in a text as they are and that fit into one UTF-16 unit.
bool is_printable(char32_t c) {
  return is_plain_ascii(c) || (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD);
}

// The letter of a short escape; 0 where there is none.
char short_escape(char32_t c) {
  switch (c) {
    case 0x00:
      return '0';
    case 0x07:
      return 'a';
    case 0x08:
      return 'b';
    case 0x09:
      return 't';
    case 0x0A:
      return 'n';
    case 0x0B:
      return 'v';
    case 0x0C:
      return 'f';
    case 0x0D:
      return 'r';
    case 0x1B:
      return 'e';
    case '"':
      return '"';
    case '\\':
      return '\\';
    case 0x85:
      return 'N';
    case 0xA0:
      return '_';
    case 0x2028:
      return 'L';
    case 0x2029:
      return 'P';
    default:
      return 0;
  }
}

std::string escape_of(char32_t c) {
  if (const char letter = short_escape(c)) return {'\\', letter};
  const auto code = static_cast<std::uint32_t>(c);
  if (c <= 0xFF) return fmt::format("\\x{:02x}", code);
  if (c <= 0xFFFF) return fmt::format("\\u{:04x}", code);
  return fmt::format("\\U{:08x}", code);
}

bool needs_escape(char32_t c) {
  return short_escape(c) != 0 || !is_printable(c);
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// Keys that a reader could take for something else than a text.
bool looks_like_value(std::string_view key) {
  static constexpr std::array<std::string_view, 9> kWords = {"true", "false", "yes", "no",  "on",
                                                             "off",  "y",     "n",   "null"};
  return key.empty() || std::string_view("0123456789+-.~").contains(key.front()) ||
         std::ranges::any_of(kWords,
                             [&](std::string_view word) { return equal_ignoring_case(key, word); });
}

bool has_unprintable(std::string_view text) {
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (!is_printable(c) && c <= 0xFFFF) return true;
  }
  return false;
}

// Whether `key` means itself without quotes: no indicator where YAML would see one.
bool can_be_plain(std::string_view key) {
  if (std::string_view("#,[]{}&*!|>'\"%@` ").contains(key.front()) || key.back() == ' ') {
    return false;
  }
  if (key.front() == '?' && (key.size() == 1 || key[1] == ' ')) return false;
  for (std::size_t at = 0; at < key.size(); ++at) {
    const bool last = at + 1 == key.size();
    if (key[at] == ':' && (last || key[at + 1] == ' ')) return false;
    if (key[at] == '#' && at > 0 && key[at - 1] == ' ') return false;
  }
  return true;
}

class YamlWriter {
 public:
  // A value behind what the line holds already: "", "key:" or "-". `indent` is the column at which
  // an object's keys or a list's dashes are to stand.
  enum class Place { root, key, dash };

  void write(const Value& value, std::size_t indent, Place place) {
    if (value.is_object() && !value.as_object().empty()) {
      write_object(value.as_object(), indent, place);
    } else if (value.is_array() && !value.as_array().empty()) {
      write_array(value.as_array(), indent, place);
    } else {
      if (place != Place::root) put(" ");
      write_scalar(value, indent);
      end_line();
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void put(std::string_view ascii) {
    out_ += ascii;
    column_ += ascii.size();
  }

  void end_line() {
    out_ += '\n';
    column_ = 0;
  }

  void indent_to(std::size_t column) {
    if (column_ < column) put(std::string(column - column_, ' '));
  }

  void write_object(const Object& object, std::size_t indent, Place place) {
    if (place == Place::key) end_line();
    for (const Object::Member& member : object) {
      indent_to(indent);
      write_key(member.key);
      put(":");
      // A list stands under its key, not indented.
      write(member.value, member.value.is_array() ? indent : indent + kIndent, Place::key);
    }
  }

  void write_array(const Array& array, std::size_t indent, Place place) {
    if (place == Place::key) end_line();
    for (const Value& item : array) {
      indent_to(indent);
      put("-");
      write(item, indent + kIndent, Place::dash);
    }
  }

  void write_scalar(const Value& value, std::size_t indent) {
    switch (value.type()) {
      case Type::text:
        write_text(value.as_text(), std::max(indent, kIndent));
        break;
      case Type::array:
        put("[]");
        break;
      case Type::object:
        put("{}");
        break;
      case Type::null:
        put("null");
        break;
      case Type::boolean:
        put(value.as_boolean() ? "true" : "false");
        break;
      default:
        put(number_text(value));
    }
  }

  void write_key(std::string_view key) {
    if (looks_like_value(key) || has_unprintable(key)) {
      put("\"");
      while (!key.empty()) put_character(take_character(key));
      put("\"");
    } else if (can_be_plain(key)) {
      while (!key.empty()) put_raw(take_character(key));
    } else {
      put("'");
      while (!key.empty()) {
        if (key.front() == '\'') put("'");
        put_raw(take_character(key));
      }
      put("'");
    }
  }

  void put_raw(char32_t c) {
    append_utf8(out_, c);
    column_ += c > 0xFFFF ? 2 : 1;
  }

  void put_character(char32_t c) {
    if (needs_escape(c)) {
      put(escape_of(c));
    } else {
      put_raw(c);
    }
  }

  // Breaks the line inside a text; `next` is the character that follows.
  void fold(std::size_t indent, char32_t next) {
    put("\\");
    end_line();
    indent_to(indent);
    if (next == ' ') put("\\");
  }

  void write_text(std::string_view text, std::size_t indent) {
    put("\"");
    bool after_unusual = false;
    for (bool first = true; !text.empty(); first = false) {
      const char32_t c = take_character(text);
      const bool last = text.empty();
      if (is_plain_ascii(c) && !needs_escape(c)) {
        const bool may_fold = !first && !last && (c == ' ' || after_unusual);
        if (may_fold && column_ > kFoldColumn) fold(indent, c);
        put_raw(c);
        after_unusual = false;
      } else {
        put_character(c);
        const bool may_fold = !last && (!first || c > 0xFFFF);
        if (may_fold && column_ > kFoldColumn + 1) {
          fold(indent, static_cast<unsigned char>(text.front()));
        }
        after_unusual = true;
      }
    }
    put("\"");
  }

  std::string out_;
  std::size_t column_ = 0;
};

}  // namespace

std::string to_yaml(const Value& value) {
  YamlWriter writer;
  writer.write(value, 0, YamlWriter::Place::root);
  return writer.take();
}

}  // namespace mogura::value
