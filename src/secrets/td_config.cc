#include "secrets/td_config.h"

#include "secrets/text_file.h"

namespace mogura::secrets {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\f\v";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// The name of `key` in the section; empty where the file cannot have it.
std::string_view account_name(std::string_view key) {
  if (key == "td.apikey" || key == "td.endpoint" || key == "td.use_ssl" ||
      key.starts_with("td.proxy.")) {
    return key.substr(std::string_view("td.").size());
  }
  return {};
}

std::optional<std::string> find_in_account(std::string_view text, std::string_view name) {
  std::optional<std::string> found;
  bool in_account = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      in_account = line == "[account]";
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!in_account || equals == std::string_view::npos) continue;
    if (without_blanks(line.substr(0, equals)) == name) {
      found = std::string(without_blanks(line.substr(equals + 1)));
    }
  }
  return found;
}

}  // namespace

std::optional<std::string> find_td_secret(const std::filesystem::path& file, std::string_view key) {
  const std::string_view name = account_name(key);
  if (name.empty()) return std::nullopt;
  const std::optional<std::string> text = read_text_file(file);
  return text ? find_in_account(*text, name) : std::nullopt;
}

}  // namespace mogura::secrets
