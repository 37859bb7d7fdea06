// The body of a request (operators.md §5.1, "Body table").
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "secrets/secrets.h"
#include "value/value.h"

namespace mogura::operators {

struct HttpBody {
  std::string bytes;
  std::string content_type;
};

/// `content` is not null. Its texts and keys may hold secret templates; messages show the
/// templates. Throws ConfigError "Invalid content format for TYPEs: 'FORMAT'" and "Invalid form
/// content field value: JSON".
HttpBody make_http_body(const Value& content, const std::optional<std::string>& format,
                        const std::optional<std::string>& content_type,
                        const secrets::SecretProvider& secrets);

}  // namespace mogura::operators
