#include "workflow/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "workflow/utf8.h"

namespace mogura::workflow {
namespace {

constexpr std::size_t kMaxNameLength = 255;  // in UTF-16 units
constexpr std::string_view kTooLong = "must not be longer than 255 characters";
constexpr std::string_view kTaskNameSymbols = "_-=[]{}%&@`,.^";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_task_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
         kTaskNameSymbols.find(c) != std::string_view::npos;
}

// The character that begins at `at`, whole.
std::string_view whole_character(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(at, end - at);
}

// Levenshtein distance, or more than `limit` where it is beyond that.
std::size_t edit_distance(std::u32string_view a, std::u32string_view b, std::size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> workflow_name_problem(std::string_view name) {
  if (name.empty()) return "must not be blank";
  if (is_digit(name.front())) return "must not start with a numeric digit (0-9)";
  if (std::string_view("+^@/\\:*?\"<>|").find(name.front()) != std::string_view::npos) {
    return "must not include special symbols (+ ^ @ / \\ / : * ? \" < > |)";
  }
  if (name.ends_with(".dig")) return "must not end with .dig";
  if (utf16_length(name) > kMaxNameLength) return std::string(kTooLong);
  return std::nullopt;
}

std::optional<std::string> task_name_problem(std::string_view name) {
  if (name.empty()) return "must not be blank";
  if (is_digit(name.front())) return "must not start with a digit (0-9)";
  if (name.front() != '+' && name.front() != '^') return "must start with '+' or '^'";
  const auto offending = std::ranges::find_if_not(name.substr(1), is_task_name_char);
  if (offending != name.end()) {
    const auto at = static_cast<std::size_t>(offending - name.begin());
    return fmt::format("must not contain character '{}'", whole_character(name, at));
  }
  if (name.size() > kMaxNameLength) return std::string(kTooLong);
  return std::nullopt;
}

std::vector<std::string> suggestions(std::string_view name,
                                     const std::vector<std::string>& candidates) {
  const std::u32string wanted = code_points(name);
  std::vector<std::string> result;
  for (const std::string& candidate : candidates) {
    const std::u32string points = code_points(candidate);
    const std::size_t limit = points.size() / 2;
    if (edit_distance(wanted, points, limit) <= limit) result.push_back(candidate);
  }
  return result;
}

void check_workflow_name(const std::string& name) {
  if (const auto problem = workflow_name_problem(name)) {
    throw Error("model validation",
                fmt::format("Validating workflow failed\nname {}: \"{}\"", *problem, name));
  }
}

}  // namespace mogura::workflow
