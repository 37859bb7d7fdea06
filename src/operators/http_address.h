// Where a request goes, and how messages show it: without user information and without secrets
// (operators.md §5.1).
#pragma once

#include <string>

#include "secrets/secrets.h"
#include "value/value.h"

namespace mogura::operators {

struct HttpAddress {
  std::string url;     // as it is sent, secrets included
  std::string scheme;  // http or https
  std::string shown;   // for logs and errors
};

/// The parameter `query` is an object, JSON text of one, or a query string; null for none. Its
/// pairs are appended to the address's own query, which stays as it was written. An address that is
/// itself a secret, or holds a secret template, is shown as `scheme://***`; a query's secrets as
/// `***`. Throws Error of kind "illegal argument" for an address that is none, ConfigError.
HttpAddress make_http_address(const std::string& uri, bool uri_is_secret, const Value& query,
                              const secrets::SecretProvider& secrets);

}  // namespace mogura::operators
