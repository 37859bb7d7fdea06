// Talking to a server: its address, headers, and the answers of its API (cli.md §13).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/command.h"
#include "value/value.h"

namespace mogura::cli {

struct Endpoint {
  bool is_tls = false;
  std::string host;
  int port = 0;
  std::string url() const;
};

/// `HOST`, `HOST:PORT` or `http[s]://HOST[:PORT][/ignored]` (cli.md §13.2). Throws Error.
Endpoint parse_endpoint(const std::string& text);

class ServerApi {
 public:
  /// Reads the settings of clients. Throws Error for settings that cannot be read, and for an
  /// endpoint that is none.
  explicit ServerApi(const Invocation& invocation);

  /// GET of `path` below the endpoint, tried again while the server does not answer or fails.
  /// Throws Error with the texts of cli.md §13.7, or of kind "io" that names the endpoint.
  Value get(const std::string& path) const;

  /// Refuses to work with a server that does not understand this client (cli.md §13.4). Throws
  /// Error.
  void check_version() const;

 private:
  const Invocation& invocation_;
  Endpoint endpoint_;
  Pairs headers_;
};

}  // namespace mogura::cli
