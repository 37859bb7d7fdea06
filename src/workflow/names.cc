#include "workflow/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "value/utf8.h"

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

}  // namespace

std::optional<std::string> workflow_name_problem(std::string_view name) {
  if (name.empty()) return "must not be blank";
  if (is_digit(name.front())) return "must not start with a numeric digit (0-9)";
  if (std::string_view("+^@/\\:*?\"<>|").find(name.front()) != std::string_view::npos) {
    return "must not include special symbols (+ ^ @ / \\ / : * ? \" < > |)";
  }
  if (name.ends_with(".dig")) return "must not end with .dig";
  if (value::utf16_length(name) > kMaxNameLength) return std::string(kTooLong);
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

void check_workflow_name(const std::string& name) {
  if (const auto problem = workflow_name_problem(name)) {
    throw Error("model validation",
                fmt::format("Validating workflow failed\nname {}: \"{}\"", *problem, name));
  }
}

}  // namespace mogura::workflow
