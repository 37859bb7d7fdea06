#include "server/routes.h"

#include <algorithm>
#include <iterator>

namespace mogura::server {

std::vector<Route> all_routes() {
  std::vector<Route> routes;
  for (std::vector<Route> part :
       {version_routes(), health_routes(), project_routes(), retention_routes(), workflow_routes(),
        schedule_routes(), search_routes(), session_routes(), attempt_routes(), bulk_routes(),
        log_routes(), secret_routes(), description_routes()}) {
    std::ranges::move(part, std::back_inserter(routes));
  }
  return routes;
}

}  // namespace mogura::server
