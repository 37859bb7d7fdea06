#include "operators/http_address.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "net/url.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kMask = "***";

/// Encoded pairs joined by `&`, as sent and as shown.
struct QueryText {
  std::string sent;
  std::string shown;

  void append(const std::string& name_sent, const std::string& name_shown,
              const std::string& value_sent, const std::string& value_shown) {
    append_pair(sent, name_sent, value_sent);
    append_pair(shown, name_shown, value_shown);
  }

 private:
  static void append_pair(std::string& text, const std::string& name, const std::string& value) {
    if (!text.empty()) text += '&';
    text += name + "=" + value;
  }
};

/// An encoded text with its secrets, and the mask in its place if it has any.
struct MaskedText {
  std::string sent;
  std::string shown;

  MaskedText(const std::string& text, const secrets::SecretProvider& secrets) {
    const std::string resolved = secrets::resolve_secrets(text, secrets);
    sent = net::form_encode(resolved);
    shown = resolved == text ? sent : std::string(kMask);
  }
};

std::optional<Object> query_object(const Value& query) {
  if (query.is_object()) return query.as_object();
  if (!query.is_text()) return std::nullopt;
  try {
    const Value parsed = value::parse_json(query.as_text());
    if (parsed.is_object()) return parsed.as_object();
  } catch (const Error&) {
    // Not JSON: a query string.
  }
  return std::nullopt;
}

QueryText query_from(const Object& parameters, const secrets::SecretProvider& secrets) {
  QueryText query;
  for (const auto& [key, unused] : parameters) {
    const MaskedText name(key, secrets);
    const MaskedText content(value::get_text(parameters, key), secrets);
    query.append(name.sent, name.shown, content.sent, content.shown);
  }
  return query;
}

QueryText query_from(const std::string& text, const secrets::SecretProvider& secrets) {
  const std::string resolved = secrets::resolve_secrets(text, secrets);
  QueryText query;
  for (std::size_t at = 0; at < resolved.size();) {
    const std::size_t end = std::min(resolved.find('&', at), resolved.size());
    const std::string_view pair = std::string_view(resolved).substr(at, end - at);
    at = end + 1;
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = net::form_encode(net::form_decode(pair.substr(0, equals)));
    const std::string content =
        net::form_encode(net::form_decode(pair.substr(std::min(equals + 1, pair.size()))));
    query.append(name, name, content, content);
  }
  if (resolved != text) query.shown = kMask;
  return query;
}

QueryText query_text(const Value& query, const secrets::SecretProvider& secrets) {
  if (query.is_null()) return {};
  if (const auto parameters = query_object(query)) return query_from(*parameters, secrets);
  const auto text = value::as_text(query);
  if (!text) throw value::wrong_type("string type", "query", query);
  return query_from(*text, secrets);
}

std::string with_query(net::Url url, const std::string& pairs) {
  if (!pairs.empty()) {
    const std::string own = url.query.value_or("");
    url.query = own.empty() ? pairs : own + "&" + pairs;
  }
  return net::to_text(url);
}

}  // namespace

HttpAddress make_http_address(const std::string& uri, bool uri_is_secret, const Value& query,
                              const secrets::SecretProvider& secrets) {
  const std::string resolved = uri_is_secret ? uri : secrets::resolve_secrets(uri, secrets);
  const bool hidden = uri_is_secret || resolved != uri;
  const auto parsed = net::parse_url(resolved);
  if (!parsed) {
    // Where the parts are unknown, an @ may end user information.
    const bool showable = !hidden && resolved.find('@') == std::string::npos;
    throw Error("illegal argument",
                parsed.error() + ": " + (showable ? resolved : std::string(kMask)));
  }

  const QueryText pairs = query_text(query, secrets);
  net::Url shown = *parsed;
  shown.user_info.reset();
  return {.url = with_query(*parsed, pairs.sent),
          .scheme = parsed->scheme,
          .shown = hidden ? parsed->scheme + "://" + std::string(kMask)
                          : with_query(shown, pairs.shown)};
}

}  // namespace mogura::operators
