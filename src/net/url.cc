#include "net/url.h"

#include <algorithm>
#include <charconv>

namespace mogura::net {
namespace {

constexpr int kMaxPort = 65535;
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
// Printable ASCII characters that no address may hold unencoded.
constexpr std::string_view kIllegalInUrl = "\"<>\\^`{|}";

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_ascii_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool escape_at(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
}

/// The problem with the characters of one part that begins at `offset` of the address.
std::optional<std::string> illegal_character(std::string_view part, std::size_t offset,
                                             std::string_view name) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    const bool control_or_blank = (c >= '\0' && c <= ' ') || c == '\x7f';
    if (control_or_blank || kIllegalInUrl.find(c) != std::string_view::npos) {
      return "Illegal character in " + std::string(name) + " at index " +
             std::to_string(offset + i);
    }
    if (c == '%' && !escape_at(part, i)) {
      return "Malformed escape pair at index " + std::to_string(offset + i);
    }
  }
  return std::nullopt;
}

/// Splits `[user@]host[:port]`.
std::optional<std::string> read_authority(std::string_view authority, Url& url) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    url.user_info = std::string(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  std::size_t host_end = authority.find(':');
  if (authority.starts_with('[')) {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return "Expected closing bracket for IPv6 address";
    host_end = bracket + 1 == authority.size() ? std::string_view::npos : bracket + 1;
  }
  url.host = std::string(authority.substr(0, host_end));
  if (url.host.empty()) return "Expected a host";
  if (url.host.find_first_of("[]", 1) < url.host.size() - 1) return "Illegal host";
  if (host_end == std::string_view::npos) return std::nullopt;

  const std::string_view port = authority.substr(host_end + 1);
  if (port.empty() && authority[host_end] == ':') return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (authority[host_end] != ':' || error != std::errc() || end != port.data() + port.size() ||
      number < 0 || number > kMaxPort) {
    return "Illegal port";
  }
  url.port = number;
  return std::nullopt;
}

}  // namespace

std::expected<Url, std::string> parse_url(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0)
    return std::unexpected("Expected http or https");
  Url url;
  url.scheme = std::string(text.substr(0, colon));
  std::ranges::transform(url.scheme, url.scheme.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (url.scheme != "http" && url.scheme != "https") {
    return std::unexpected("Expected http or https");
  }

  const std::size_t authority_at = colon + 3;
  const std::size_t path_at = std::min(text.find_first_of("/?#", authority_at), text.size());
  const std::size_t fragment_at = std::min(text.find('#', path_at), text.size());
  const std::size_t query_at =
      std::min(text.substr(0, fragment_at).find('?', path_at), fragment_at);

  const std::string_view authority = text.substr(authority_at, path_at - authority_at);
  const std::string_view path = text.substr(path_at, query_at - path_at);
  const std::string_view query = text.substr(query_at, fragment_at - query_at);
  const std::string_view fragment = text.substr(fragment_at);

  std::optional<std::string> problem;
  if (illegal_character(authority, 0, "authority")) {
    problem = "Illegal character in authority at index " + std::to_string(authority_at);
  }
  if (!problem) problem = illegal_character(path, path_at, "path");
  if (!problem) problem = illegal_character(query, query_at, "query");
  if (!problem) problem = illegal_character(fragment, fragment_at, "fragment");
  if (!problem) problem = read_authority(authority, url);
  if (problem) return std::unexpected(*problem);

  url.path = std::string(path);
  if (!query.empty()) url.query = std::string(query.substr(1));
  if (!fragment.empty()) url.fragment = std::string(fragment.substr(1));
  return url;
}

std::string to_text(const Url& url) {
  std::string text = url.scheme + "://";
  if (url.user_info) text += *url.user_info + "@";
  text += url.host;
  if (url.port) text += ":" + std::to_string(*url.port);
  text += url.path;
  if (url.query) text += "?" + *url.query;
  if (url.fragment) text += "#" + *url.fragment;
  return text;
}

std::string form_encode(std::string_view text) {
  constexpr std::string_view kPlain = ".-*_";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_ascii_letter(c) || is_ascii_digit(c) || kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else if (c == ' ') {
      encoded += '+';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kUpperHex[byte >> 4u], kUpperHex[byte & 15u]};
    }
  }
  return encoded;
}

std::string form_decode(std::string_view text) {
  std::string with_blanks(text);
  std::ranges::replace(with_blanks, '+', ' ');
  return percent_decode(with_blanks);
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && escape_at(text, i)) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace mogura::net
