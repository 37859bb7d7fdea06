// A rule and a path are both cut at slashes. A rule without a slash in it may match at any depth,
// as if it began with "**/".
//
//   *.log        ** / *.log          any file x/y/a.log
//   /build/      build               the directory at the top, with all that is in it
//   a/**/b       a / ** / b          a/b, a/x/b, a/x/y/b
//   !keep.log                        takes back what a rule before it ignores
#include "workflow/ignore.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "workflow/file.h"

namespace mogura::workflow {
namespace {

constexpr std::size_t kMaxIgnoreBytes = 1u << 20;

struct CharacterClass {
  bool matches;
  std::size_t end;  // behind the closing bracket
};

bool in_named_class(std::string_view name, char c) {
  const bool lower = c >= 'a' && c <= 'z';
  const bool upper = c >= 'A' && c <= 'Z';
  const bool digit = c >= '0' && c <= '9';
  if (name == "alpha") return lower || upper;
  if (name == "digit") return digit;
  if (name == "alnum") return lower || upper || digit;
  if (name == "lower") return lower;
  if (name == "upper") return upper;
  if (name == "space") return c == ' ' || (c >= '\t' && c <= '\r');
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "xdigit") return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  if (name == "punct") return c > ' ' && c < 0x7F && !lower && !upper && !digit;
  return false;
}

// Matches `c` with the class that begins behind the bracket at `at`: `[a-z]`, `[!x]`,
// `[[:digit:]]`. Absent where the bracket is not closed.
std::optional<CharacterClass> match_class(std::string_view pattern, std::size_t at, char c) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    if (pattern.substr(i).starts_with("[:")) {
      const std::size_t close = pattern.find(":]", i + 2);
      if (close == std::string_view::npos) return std::nullopt;
      found = found || in_named_class(pattern.substr(i + 2, close - i - 2), c);
      i = close + 2;
      continue;
    }
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const char low = pattern[i++];
    char high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      ++i;
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      high = pattern[i++];
    }
    found = found || (c >= low && c <= high);
  }
  if (i >= pattern.size()) return std::nullopt;
  return CharacterClass{found != negated, i + 1};
}

// Whether one character of `pattern` at `at` takes `c`; then `at` moves behind it.
bool match_character(std::string_view pattern, std::size_t& at, char c) {
  if (at >= pattern.size()) return false;
  if (pattern[at] == '?') return ++at, true;
  if (pattern[at] == '[') {
    const auto result = match_class(pattern, at, c);
    if (!result || !result->matches) return false;
    return at = result->end, true;
  }
  const std::size_t literal = pattern[at] == '\\' && at + 1 < pattern.size() ? at + 1 : at;
  if (pattern[literal] != c) return false;
  return at = literal + 1, true;
}

// Wildcards within one segment. On a mismatch only the last star takes one character more, so the
// time is at most the product of both lengths.
bool match_segment(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::size_t> star;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (match_character(pattern, p, text[t])) {
      ++t;
    } else if (star) {
      p = *star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// The same idea one floor up, with "**" for the star.
bool match_path(std::span<const std::string> pattern, std::span<const std::string> path) {
  std::size_t p = 0;
  std::size_t s = 0;
  std::optional<std::size_t> star;
  std::size_t star_path = 0;
  while (s < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      star_path = s;
      if (p == pattern.size()) return true;
    } else if (p < pattern.size() && match_segment(pattern[p], path[s])) {
      ++p;
      ++s;
    } else if (star) {
      p = *star + 1;
      s = ++star_path;
    } else {
      return false;
    }
  }
  return p == pattern.size();
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    segments.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

// Blanks at the end do not count, unless the first of them is behind a backslash.
std::string_view without_trailing_blanks(std::string_view line) {
  while (line.ends_with(' ') || line.ends_with('\t')) {
    const std::string_view rest = line.substr(0, line.size() - 1);
    if (rest.ends_with('\\') && !rest.ends_with("\\\\")) break;
    line = rest;
  }
  return line;
}

}  // namespace

IgnoreRules::IgnoreRules(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    Rule rule;
    if (parse_rule(without_trailing_blanks(line), rule)) rules_.push_back(std::move(rule));
  }
}

// False for a line that is no rule.
bool IgnoreRules::parse_rule(std::string_view line, Rule& rule) {
  if (line.empty() || line.starts_with('#')) return false;
  if (line.starts_with('!')) {
    rule.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    rule.directories_only = true;
    while (line.ends_with('/')) line.remove_suffix(1);
  }
  if (line.empty()) return false;
  const bool anchored = line.contains('/');
  if (line.starts_with('/')) line.remove_prefix(1);
  if (!anchored) rule.segments.emplace_back("**");
  for (std::string& segment : segments_of(line)) rule.segments.push_back(std::move(segment));
  return true;
}

IgnoreRules IgnoreRules::read(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  const std::string text = read_file(file, kMaxIgnoreBytes);
  if (text.size() > kMaxIgnoreBytes) {
    throw FileError("io",
                    fmt::format("{} is larger than {} bytes", file.string(), kMaxIgnoreBytes));
  }
  return IgnoreRules(text);
}

bool IgnoreRules::match(std::string_view path, bool is_directory) const {
  const std::vector<std::string> segments = segments_of(path);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->directories_only && !is_directory) continue;
    if (match_path(rule->segments, segments)) return !rule->negated;
  }
  return false;
}

}  // namespace mogura::workflow
