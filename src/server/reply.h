// Answers of the API (rest-api.md §1.3, §3.1).
#pragma once

#include <string>

#include "base/error.h"
#include "net/http_server.h"
#include "value/value.h"

namespace mogura::server {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kGzip = "application/gzip";
inline constexpr std::string_view kEventStream = "text/event-stream";

net::ServerResponse json_reply(const Value& value, int status = 200);
net::ServerResponse text_reply(std::string text, std::string_view media_type, int status = 200);
net::ServerResponse empty_reply(int status);
/// `{"message":MESSAGE,"status":STATUS}`.
net::ServerResponse error_reply(int status, const std::string& message);
/// The answer to a request that an error ended (rest-api.md §3.2). What is not the caller's fault
/// is logged and says no more than its status.
net::ServerResponse reply_to(const Error& error);

}  // namespace mogura::server
