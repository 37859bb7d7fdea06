// Boost.Regex's Perl syntax is nearly Java's: inline flags, look-around, possessive quantifiers,
// named groups and `\Q..\E` mean the same. What differs is translated or set by flags: `.` stops at
// line ends, `^` and `$` are the ends of the text, and `\p{Alpha}` is `[[:alpha:]]`.
//
// A match that backtracks without end stops with an error: Boost counts its states, and the
// iterator over the text looks at the clock.
#include "template/java_regex.h"

#include <boost/regex.hpp>

#include <array>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "template/evaluation.h"
#include "value/utf8.h"

namespace mogura::tmpl {
namespace {

constexpr std::size_t kMaxCharacters = 32u << 20;

/// Steps through a text; every now and then a step throws std::runtime_error if time is over.
class WatchedIterator {
 public:
  using iterator_category = std::bidirectional_iterator_tag;
  using value_type = wchar_t;
  using difference_type = std::ptrdiff_t;
  using pointer = const wchar_t*;
  using reference = const wchar_t&;

  WatchedIterator() = default;
  explicit WatchedIterator(const wchar_t* at) : at_(at) {}

  reference operator*() const { return *at_; }
  WatchedIterator& operator++() {
    watch();
    ++at_;
    return *this;
  }
  WatchedIterator operator++(int) {
    const WatchedIterator before = *this;
    ++*this;
    return before;
  }
  WatchedIterator& operator--() {
    watch();
    --at_;
    return *this;
  }
  WatchedIterator operator--(int) {
    const WatchedIterator before = *this;
    --*this;
    return before;
  }
  bool operator==(const WatchedIterator&) const = default;

  const wchar_t* get() const { return at_; }

 private:
  static constexpr std::size_t kStepsPerClock = 1u << 20;

  static void watch() {
    thread_local std::size_t steps = 0;
    if (++steps % kStepsPerClock != 0) return;
    Evaluation* evaluation = Evaluation::current();
    if (evaluation != nullptr && evaluation->expired()) throw std::runtime_error("too slow");
  }

  const wchar_t* at_ = nullptr;
};

using WideMatch = boost::match_results<WatchedIterator>;
using WideMatches = boost::regex_iterator<WatchedIterator>;

WatchedIterator begin_of(const std::wstring& text) {
  return WatchedIterator(text.data());
}
WatchedIterator end_of(const std::wstring& text) {
  return WatchedIterator(text.data() + text.size());
}

constexpr auto kSyntax = boost::regex_constants::perl | boost::regex_constants::no_mod_m;
constexpr auto kMatching = boost::regex_constants::match_not_dot_newline;

std::wstring widened(std::string_view cesu8) {
  std::wstring wide;
  wide.reserve(cesu8.size());
  for (std::size_t at = 0; at < cesu8.size();) {
    const value::Decoded next = value::decode(cesu8, at);
    at += next.bytes;
    const bool pair = value::is_low_surrogate(next.character) && !wide.empty() &&
                      value::is_high_surrogate(static_cast<char32_t>(wide.back()));
    if (pair) {
      const auto high = static_cast<char32_t>(wide.back());
      wide.back() = static_cast<wchar_t>(value::join_surrogates(high, next.character));
    } else {
      wide += static_cast<wchar_t>(next.character);
    }
  }
  return wide;
}

std::string narrowed(std::wstring_view wide) {
  std::string cesu8;
  cesu8.reserve(wide.size());
  for (const wchar_t c : wide) {
    const auto character = static_cast<char32_t>(c);
    if (character > 0xffff) {
      value::append_utf8(cesu8, value::high_surrogate(character));
      value::append_utf8(cesu8, value::low_surrogate(character));
    } else {
      value::append_utf8(cesu8, character);
    }
  }
  return cesu8;
}

/// `\p{Alpha}` and its like as POSIX classes.
std::wstring perl_pattern(std::wstring pattern) {
  constexpr std::array<std::pair<const wchar_t*, const wchar_t*>, 12> kClasses = {{
      {L"{Lower}", L"[:lower:]"},
      {L"{Upper}", L"[:upper:]"},
      {L"{Alpha}", L"[:alpha:]"},
      {L"{Digit}", L"[:digit:]"},
      {L"{Alnum}", L"[:alnum:]"},
      {L"{Punct}", L"[:punct:]"},
      {L"{Graph}", L"[:graph:]"},
      {L"{Print}", L"[:print:]"},
      {L"{Blank}", L"[:blank:]"},
      {L"{Cntrl}", L"[:cntrl:]"},
      {L"{XDigit}", L"[:xdigit:]"},
      {L"{Space}", L"[:space:]"},
  }};
  bool in_brackets = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == L'[') in_brackets = true;
    if (pattern[at] == L']') in_brackets = false;
    if (pattern[at] != L'\\') continue;
    const wchar_t kind = at + 1 < pattern.size() ? pattern[at + 1] : L'\0';
    for (const auto& [java, posix] : kClasses) {
      const std::wstring_view name(java);
      if (kind != L'p' || pattern.compare(at + 2, name.size(), name) != 0) continue;
      const std::wstring replacement =
          in_brackets ? posix : std::wstring(L"[").append(posix).append(L"]");
      pattern.replace(at, name.size() + 2, replacement);
      at += replacement.size() - 2;
      break;
    }
    ++at;
  }
  return pattern;
}

bool is_digit(wchar_t c) {
  return c >= L'0' && c <= L'9';
}

/// The text of one match's replacement. Throws std::invalid_argument with Java's message.
class Replacement {
 public:
  explicit Replacement(std::wstring_view form) : form_(form) {}

  void append_to(std::wstring& out, const WideMatch& match) const {
    for (std::size_t at = 0; at < form_.size(); ++at) {
      if (form_[at] == L'\\') {
        if (++at == form_.size()) {
          throw std::invalid_argument("character to be escaped is missing");
        }
        out += form_[at];
      } else if (form_[at] == L'$') {
        at = append_group(out, match, at + 1) - 1;
      } else {
        out += form_[at];
      }
    }
  }

 private:
  /// The group whose name begins at `at`; returns where it ends.
  std::size_t append_group(std::wstring& out, const WideMatch& match, std::size_t at) const {
    if (at < form_.size() && form_[at] == L'{') {
      const std::size_t end = form_.find(L'}', at);
      if (end == std::wstring_view::npos) {
        throw std::invalid_argument("named capturing group is missing trailing '}'");
      }
      out += match[std::wstring(form_.substr(at + 1, end - at - 1)).c_str()].str();
      return end + 1;
    }
    if (at >= form_.size() || !is_digit(form_[at])) {
      throw std::invalid_argument("Illegal group reference");
    }
    std::size_t group = static_cast<std::size_t>(form_[at++] - L'0');
    if (group >= match.size()) throw std::invalid_argument("No group " + std::to_string(group));
    // Further digits belong to the number as long as there is such a group.
    for (; at < form_.size() && is_digit(form_[at]); ++at) {
      const std::size_t longer = group * 10 + static_cast<std::size_t>(form_[at] - L'0');
      if (longer >= match.size()) break;
      group = longer;
    }
    out += match[static_cast<int>(group)].str();
    return at;
  }

  std::wstring_view form_;
};

boost::wregex compiled(std::string_view pattern) {
  return boost::wregex(perl_pattern(widened(pattern)), kSyntax);
}

std::wstring replaced(const std::wstring& text, const boost::wregex& regex,
                      std::wstring_view replacement, Replace which) {
  const Replacement form(replacement);
  std::wstring out;
  const wchar_t* copied = text.data();
  for (WideMatches match(begin_of(text), end_of(text), regex, kMatching), end; match != end;
       ++match) {
    out.append(copied, (*match)[0].first.get());
    form.append_to(out, *match);
    copied = (*match)[0].second.get();
    if (out.size() > kMaxCharacters) throw std::runtime_error("the result is too large");
    if (which == Replace::first) break;
  }
  return out.append(copied, text.data() + text.size());
}

std::string error_text(const boost::regex_error& error) {
  if (error.code() == boost::regex_constants::error_complexity) {
    return "a regular expression took too many steps";
  }
  const std::string_view what = error.what();
  const std::string_view reason = what.substr(0, what.find("  The error occurred"));
  return "java.util.regex.PatternSyntaxException: " + std::string(reason);
}

/// Runs `work`, whose exceptions are Java's errors.
template <class Work>
auto guarded(Work work) -> std::expected<decltype(work()), std::string> {
  try {
    return work();
  } catch (const boost::regex_error& error) {
    return std::unexpected(error_text(error));
  } catch (const std::invalid_argument& error) {
    return std::unexpected("java.lang.IllegalArgumentException: " + std::string(error.what()));
  } catch (const std::runtime_error& error) {
    return std::unexpected(error.what());
  }
}

}  // namespace

std::expected<bool, std::string> java_matches(std::string_view text, std::string_view pattern) {
  return guarded([&] {
    const std::wstring wide = widened(text);
    return boost::regex_match(begin_of(wide), end_of(wide), compiled(pattern), kMatching);
  });
}

std::expected<std::string, std::string> java_replace(std::string_view text,
                                                     std::string_view pattern,
                                                     std::string_view replacement, Replace which) {
  return guarded([&] {
    return narrowed(replaced(widened(text), compiled(pattern), widened(replacement), which));
  });
}

}  // namespace mogura::tmpl
