#include "server/reply.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "server/request_error.h"
#include "value/json.h"

namespace mogura::server {
namespace {

const Logger reply_logger("io.digdag.server.GenericJsonExceptionHandler");

// Kinds of errors that tell a caller what is wrong with a request, or with the files in it.
constexpr std::array<std::string_view, 19> kCallersFaults{"illegal argument",
                                                          "config",
                                                          "model validation",
                                                          "invalid pattern",
                                                          "json parse",
                                                          "no such file",
                                                          "file not found",
                                                          "not directory",
                                                          "no match",
                                                          "syntax",
                                                          "task limit exceeded",
                                                          "attempt limit exceeded",
                                                          "multiple task match",
                                                          "reader",
                                                          "scanner",
                                                          "parser",
                                                          "composer",
                                                          "constructor",
                                                          "include"};

bool is_callers_fault(const Error& error) {
  return std::ranges::find(kCallersFaults, error.kind()) != kCallersFaults.end();
}

}  // namespace

net::ServerResponse text_reply(std::string text, std::string_view media_type, int status) {
  return {status, {{"Content-Type", std::string(media_type)}}, std::move(text)};
}

net::ServerResponse json_reply(const Value& value, int status) {
  return text_reply(value::to_json(value), kJson, status);
}

net::ServerResponse empty_reply(int status) {
  return {status, {}, ""};
}

net::ServerResponse error_reply(int status, const std::string& message) {
  return json_reply(Object{{"message", message}, {"status", status}}, status);
}

net::ServerResponse reply_to(const Error& error) {
  if (const auto* request = dynamic_cast<const RequestError*>(&error)) {
    if (!request->has_body()) return empty_reply(request->status());
    return error_reply(request->status(), request->message());
  }
  if (error.kind() == "conflict") return error_reply(409, error.message());
  if (is_callers_fault(error)) return error_reply(400, error.message());
  reply_logger.error("A request failed: {}", error.chain());
  if (error.kind() == "database") return error_reply(503, "The database is out of reach");
  return error_reply(500, "Internal Server Error");
}

}  // namespace mogura::server
