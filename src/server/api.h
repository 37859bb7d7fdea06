// The API as a function from requests to answers (rest-api.md §2-4): authentication, then the route
// table, then the handler; errors become answers here.
#pragma once

#include <string_view>
#include <vector>

#include "net/http_server.h"
#include "server/authenticator.h"
#include "server/route.h"

namespace mogura::server {

/// Listeners of this name answer admin routes, too.
inline constexpr std::string_view kApiListener = "api";
inline constexpr std::string_view kAdminListener = "admin";

class Api {
 public:
  explicit Api(const Services& services);

  /// Any thread. Paths outside of `/api` take only reading methods (rest-api.md §2.2).
  net::ServerResponse handle(const net::ServerRequest& request) const;

 private:
  net::ServerResponse answer(const net::ServerRequest& request) const;
  net::ServerResponse dispatch(const net::ServerRequest& request, const Caller& caller) const;

  const Services& services_;
  const Authenticator authenticator_;
  const std::vector<Route> routes_;
};

}  // namespace mogura::server
