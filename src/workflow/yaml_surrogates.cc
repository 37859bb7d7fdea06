// Only in double quotes are these characters escapes, and only a YAML scanner knows where those
// are. So the text is read twice. The first time each `\ud` that could begin a surrogate is made
// `\ue`, the escape of a character that libyaml takes, which tells where the double-quoted scalars
// lie; the second time is the caller's, with the pairs within those joined:
//
//   a: "\ud83d\ude00", b: '\ud83d'   masked  a: "\ue83d\uee00", b: '\ue83d'
//                                    joined  a: "\U0001f600", b: '\ud83d'
//
// What is wrong with the text otherwise ends the first reading, and is reported by the second one.
#include "workflow/yaml_surrogates.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "value/utf8.h"
#include "workflow/yaml.h"
#include "workflow/yaml_events.h"

namespace mogura::workflow {
namespace {

constexpr std::size_t kEscapeSize = 6;  // of `\ud83d`

// The surrogate whose escape begins at `at`.
std::optional<char32_t> surrogate_at(std::string_view text, std::size_t at) {
  const std::string_view escape = text.substr(at, kEscapeSize);
  if (escape.size() < kEscapeSize || !escape.starts_with("\\u")) return std::nullopt;
  std::uint32_t unit = 0;
  const char* const end = escape.data() + escape.size();
  if (std::from_chars(escape.data() + 2, end, unit, 16).ptr != end) return std::nullopt;
  return value::is_surrogate(unit) ? std::optional<char32_t>(unit) : std::nullopt;
}

// Absent where the text has no such escape, as nearly all texts.
std::optional<std::string> masked(std::string_view text) {
  std::optional<std::string> result;
  for (std::size_t at = text.find("\\u"); at != text.npos; at = text.find("\\u", at + 2)) {
    if (!surrogate_at(text, at)) continue;
    if (!result) result = text;
    (*result)[at + 2] = 'e';
  }
  return result;
}

// `scalar` is the text of a double-quoted scalar with its quotes.
void append_joined(std::string& out, std::string_view scalar) {
  for (std::size_t at = 0; at < scalar.size();) {
    const std::size_t escape = std::min(scalar.find('\\', at), scalar.size());
    out += scalar.substr(at, escape - at);
    const auto high = surrogate_at(scalar, escape);
    const auto low = surrogate_at(scalar, std::min(escape + kEscapeSize, scalar.size()));
    if (high && low && value::is_high_surrogate(*high) && value::is_low_surrogate(*low)) {
      out += fmt::format("\\U{:08x}", std::uint32_t{value::join_surrogates(*high, *low)});
      at = escape + 2 * kEscapeSize;
    } else {
      out += scalar.substr(escape, 2);
      at = std::min(escape + 2, scalar.size());
    }
  }
}

// Calls `visit` with the part of `text` that each double-quoted scalar takes, up to the first
// error, and no deeper than the composer goes: libyaml takes long for deep nesting.
template <class Visit>
void visit_double_quoted(std::string_view text, Visit visit) {
  YamlEvents events(text, "");
  int level = 0;
  try {
    while (level <= kMaxYamlDepth) {
      const YamlEvent event = events.next();
      if (event.type() == YAML_STREAM_END_EVENT) return;
      level += event.nesting();
      if (event.is_double_quoted()) visit(events.source_of(event));
    }
  } catch (const UnspacedColon&) {
    throw;
  } catch (const YamlError&) {
    return;
  }
}

}  // namespace

std::string with_joined_surrogates(std::string text) {
  const std::optional<std::string> mask = masked(text);
  if (!mask) return text;
  std::string joined;
  joined.reserve(text.size());
  std::size_t done = 0;
  visit_double_quoted(*mask, [&](std::string_view masked_scalar) {
    const auto begin = static_cast<std::size_t>(masked_scalar.data() - mask->data());
    joined += std::string_view(text).substr(done, begin - done);
    append_joined(joined, std::string_view(text).substr(begin, masked_scalar.size()));
    done = begin + masked_scalar.size();
  });
  return joined += std::string_view(text).substr(done);
}

}  // namespace mogura::workflow
