// The first lines of an answer, up to the body.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/content_coding.h"
#include "net/http_client.h"

namespace mogura::net {

struct ResponseHead {
  int status = 200;
  const HttpHeaders& headers;
  Instant now;
  /// Absent: in chunks, or until the connection ends where the client knows no chunks.
  std::optional<std::size_t> content_length;
  ContentCoding coding = ContentCoding::identity;
  bool chunked = false;
  bool keep_alive = true;
  bool is_http_1_0 = false;
};

/// Status line and headers with the empty line. Line ends in values become blanks.
std::string response_head(const ResponseHead& head);

/// Answers with these never have a body.
inline bool is_bodiless(int status) {
  return status < 200 || status == 204 || status == 304;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(Instant instant);

}  // namespace mogura::net
