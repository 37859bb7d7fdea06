// Errors that end a request with a status of their own (rest-api.md §3).
#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace mogura::server {

class RequestError : public Error {
 public:
  RequestError(int status, std::string message)
      : Error("request", std::move(message)), status_(status), has_body_(true) {}
  /// An answer without body: for what no JSON reader expects to read (rest-api.md §3.2).
  explicit RequestError(int status) : Error("request", ""), status_(status) {}

  int status() const { return status_; }
  bool has_body() const { return has_body_; }

 private:
  int status_;
  bool has_body_ = false;
};

/// 404 "Resource does not exist: WHAT".
inline RequestError not_found(const std::string& what) {
  return {404, "Resource does not exist: " + what};
}
inline RequestError bad_request(std::string message) {
  return {400, std::move(message)};
}
inline RequestError conflict(std::string message) {
  return {409, std::move(message)};
}
/// A value in the path or the query that is not of its type (rest-api.md §3.4).
inline RequestError unparsable() {
  return RequestError(404);
}

}  // namespace mogura::server
