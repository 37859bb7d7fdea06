// The address of a server (cli.md §13.2).
#pragma once

#include <string>

#include "base/error.h"

namespace mogura::cli {

struct Endpoint {
  bool is_tls = false;
  std::string host;
  int port = 0;
  std::string url() const;
};

/// `HOST`, `HOST:PORT` or `http[s]://HOST[:PORT][/ignored]` (cli.md §13.2). Throws Error.
Endpoint parse_endpoint(const std::string& text);

}  // namespace mogura::cli
