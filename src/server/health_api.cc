// Probes for whoever watches the process. They need no authentication and tell nothing else.
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

net::ServerResponse say_alive(const Call&) {
  return json_reply(Object{{"status", "up"}});
}

// Ready is who reaches the database.
net::ServerResponse say_ready(const Call& call) {
  try {
    call.services.database.leases();
    return json_reply(Object{{"status", "up"}});
  } catch (const Error&) {
    return json_reply(Object{{"status", "down"}}, 503);
  }
}

}  // namespace

std::vector<Route> health_routes() {
  return {
      {.method = "GET",
       .path = "/health/live",
       .permission = Permission::everybody,
       .handler = say_alive,
       .summary = "Whether the process answers",
       .result = "Health"},
      {.method = "GET",
       .path = "/health/ready",
       .permission = Permission::everybody,
       .handler = say_ready,
       .summary = "Whether the server can work: 503 while its database is out of reach",
       .result = "Health"},
  };
}

}  // namespace mogura::server
