// The route table, a part from each file of routes.
#pragma once

#include <vector>

#include "server/route.h"

namespace mogura::server {

std::vector<Route> version_routes();
std::vector<Route> health_routes();
std::vector<Route> project_routes();
std::vector<Route> retention_routes();
std::vector<Route> workflow_routes();
std::vector<Route> schedule_routes();
std::vector<Route> search_routes();
std::vector<Route> session_routes();
std::vector<Route> attempt_routes();
std::vector<Route> bulk_routes();
std::vector<Route> log_routes();
std::vector<Route> secret_routes();
std::vector<Route> description_routes();

/// All of them. Of routes with the same method that match a path the first one answers.
std::vector<Route> all_routes();

}  // namespace mogura::server
