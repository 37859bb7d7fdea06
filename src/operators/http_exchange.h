// What http> and http_call> have in common: the request that their parameters describe, one
// exchange, and what its outcome means (operators.md §5.1).
#pragma once

#include <string>
#include <variant>

#include "net/http_client.h"
#include "operators/http_parameters.h"
#include "operators/operator.h"

namespace mogura::operators {

struct HttpCall {
  net::HttpRequest request;
  std::string shown_url;  // for logs and errors
};

/// Whether the secret `http.uri` takes the place of `_command`.
enum class UriSource { secret_or_command, command };

/// Throws ConfigError, Error of kind "illegal argument" or "secret not found".
HttpCall prepare_http_call(const Context& context, const HttpParameters& parameters,
                           UriSource source);

/// A successful answer, or the time to wait before another try. Throws TaskFailed.
std::variant<net::HttpResponse, Poll> exchange_http(const Context& context,
                                                    const HttpParameters& parameters,
                                                    const HttpCall& call);

/// The answer's content as text. Throws TaskFailed "Response content too large: N > M" where it has
/// more than `max_length` characters.
std::string content_text(const net::HttpResponse& response, const std::string& charset,
                         std::int64_t max_length);

}  // namespace mogura::operators
