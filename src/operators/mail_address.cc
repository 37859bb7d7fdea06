#include "operators/mail_address.h"

#include <algorithm>

#include "operators/mime_encoding.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kSpecials = "()<>,;:\\\"[]";
// Longer ones fit no mail server (RFC 5321 §4.5.3.1 allows 254 characters).
constexpr std::size_t kMaxAddressBytes = 1000;

ConfigError invalid_address(std::string reason) {
  return ConfigError("Invalid address", {Error("address", std::move(reason))});
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_control_or_blank(char c) {
  return (c >= '\0' && c <= ' ') || c == '\x7f';
}

void check_dots(std::string_view part, const std::string& name) {
  if (part.starts_with('.')) throw invalid_address(name + " starts with dot");
  if (part.ends_with('.')) throw invalid_address(name + " ends with dot");
  if (part.contains("..")) throw invalid_address(name + " contains dot-dot");
}

void check_local_part(std::string_view local) {
  if (local.empty()) throw invalid_address("Missing local name");
  if (std::ranges::any_of(local, [](char c) { return c == '\r' || c == '\n' || c == '\0'; })) {
    throw invalid_address("Local address contains control or whitespace");
  }
  if (local.starts_with('"')) {
    const bool closed = local.size() >= 2 && local.ends_with('"');
    if (!closed ||
        local.substr(1, local.size() - 2).find_first_of("\"\\") != std::string_view::npos) {
      throw invalid_address("Quote not ended in local address");
    }
    return;
  }
  if (std::ranges::any_of(local, is_control_or_blank)) {
    throw invalid_address("Local address contains control or whitespace");
  }
  if (local.find_first_of(kSpecials) != std::string_view::npos) {
    throw invalid_address("Local address contains illegal character");
  }
  check_dots(local, "Local address");
}

void check_domain(std::string_view domain) {
  if (domain.empty()) throw invalid_address("Missing domain");
  if (std::ranges::any_of(domain, is_control_or_blank)) {
    throw invalid_address("Domain contains control or whitespace");
  }
  const bool literal = domain.starts_with('[') && domain.ends_with(']');
  const std::string_view inner = literal ? domain.substr(1, domain.size() - 2) : domain;
  const bool illegal = literal ? inner.find_first_of("[]\\<>") != std::string_view::npos
                               : inner.find_first_of("()<>,;:\\\"[]@") != std::string_view::npos;
  if (illegal) throw invalid_address("Domain contains illegal character");
  if (!literal) check_dots(domain, "Domain");
}

/// A bare address; one without `@` is a mailbox of the server itself.
std::string checked_address(std::string_view address) {
  if (address.empty()) throw invalid_address("Empty address");
  if (address.size() > kMaxAddressBytes) throw invalid_address("Address too long");
  const auto quote_end = address.starts_with('"') ? address.find('"', 1) : 0;
  const auto at = address.find('@', quote_end == std::string_view::npos ? 0 : quote_end);
  check_local_part(address.substr(0, at));
  if (at != std::string_view::npos) check_domain(address.substr(at + 1));
  return std::string(address);
}

/// A name before `<`: words, or a quoted text with `\` before its quotes.
std::string display_name(std::string_view text) {
  if (!text.starts_with('"')) {
    if (text.find_first_of("<>,;:\"[]") != std::string_view::npos) {
      throw invalid_address("Illegal address");
    }
    return std::string(text);
  }
  std::string name;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (i + 1 == text.size()) return name;
      throw invalid_address("Illegal address");
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    name += text[i];
  }
  throw invalid_address("Missing '\"'");
}

/// Where the `<` of `name <address>` is: the first one outside of a quoted name.
std::size_t bracket_of(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '<' && !quoted) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

MailAddress parse_mail_address(std::string_view text) {
  const std::string_view entry = without_blanks(text);
  if (entry.find_first_of("\r\n") != std::string_view::npos) {
    throw invalid_address("Illegal whitespace in address");
  }
  if (const auto bracket = bracket_of(entry); bracket != std::string_view::npos) {
    if (!entry.ends_with('>')) throw invalid_address("Missing '>'");
    const std::string_view inner = entry.substr(bracket + 1, entry.size() - bracket - 2);
    return {.address = checked_address(without_blanks(inner)),
            .name = display_name(without_blanks(entry.substr(0, bracket)))};
  }
  if (const auto comment = entry.find('(');
      comment != std::string_view::npos && entry.ends_with(')') && !entry.starts_with('"')) {
    const std::string_view name = entry.substr(comment + 1, entry.size() - comment - 2);
    return {.address = checked_address(without_blanks(entry.substr(0, comment))),
            .name = std::string(without_blanks(name))};
  }
  return {.address = checked_address(entry), .name = {}};
}

std::string header_address(const MailAddress& address) {
  if (address.name.empty()) return address.address;
  const std::string encoded = header_text(address.name);
  std::string name = encoded;
  // Anything but letters, digits, blanks and a few marks is quoted; encoded words never are.
  const bool plain = std::ranges::all_of(address.name, [](char c) {
    constexpr std::string_view kAtomMarks = " !#$%&'*+-/=?^_`{|}~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kAtomMarks.contains(c);
  });
  if (encoded == address.name && !plain) {
    name = "\"";
    for (const char c : encoded) {
      if (c == '"' || c == '\\') name += '\\';
      name += c;
    }
    name += '"';
  }
  return name + " <" + address.address + ">";
}

std::string header_addresses(const std::vector<MailAddress>& addresses) {
  std::string text;
  for (const MailAddress& address : addresses) {
    if (!text.empty()) text += ",\r\n ";
    text += header_address(address);
  }
  return text;
}

}  // namespace mogura::operators
