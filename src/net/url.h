// The parts of an http or https address.
//
//   Url url = *parse_url("http://me:pw@example.com:8080/a?b=1#top");
//   url.user_info.reset();
//   to_text(url)                       // http://example.com:8080/a?b=1#top
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace mogura::net {

/// Every part as it was written; nothing is decoded or normalized.
struct Url {
  std::string scheme;  // lower case
  std::optional<std::string> user_info;
  std::string host;  // an IPv6 address with its brackets
  std::optional<int> port;
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> fragment;

  /// The given port, or that of the scheme.
  int effective_port() const { return port.value_or(scheme == "https" ? 443 : 80); }
};

/// The problem with a text that is no address, without the text: "Illegal character in path at
/// index 12", "Malformed escape pair at index 3", "Expected http or https" and the like.
std::expected<Url, std::string> parse_url(std::string_view text);

std::string to_text(const Url& url);

/// A name or value of a query or form: a blank is `+`, bytes other than letters, digits and `.-*_`
/// are `%XX`.
std::string form_encode(std::string_view text);
/// The reverse; a `+` is a blank, a `%` without two hexadecimal digits stands for itself.
std::string form_decode(std::string_view text);
/// The same without the meaning of `+`.
std::string percent_decode(std::string_view text);

}  // namespace mogura::net
