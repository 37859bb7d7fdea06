// GET /api/version and the handshake of clients (rest-api.md §12.1, §12.2).
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

net::ServerResponse get_version(const Call& call) {
  return json_reply(Object{{"version", call.services.settings.version}});
}

net::ServerResponse check_version(const Call& call) {
  const ApiSettings& settings = call.services.settings;
  const Version client = Version::parse(get_parameter(call, "client"));
  const bool is_old =
      settings.upgrade_recommended_if_older && client < *settings.upgrade_recommended_if_older;
  const bool is_too_old =
      settings.api_incompatible_if_older && client < *settings.api_incompatible_if_older;
  return json_reply(Object{{"serverVersion", settings.version},
                           {"upgradeRecommended", is_old},
                           {"apiCompatible", !is_too_old}});
}

}  // namespace

std::vector<Route> version_routes() {
  return {
      {.method = "GET",
       .path = "/api/version",
       .permission = Permission::everybody,
       .handler = get_version,
       .summary = "The version of the server",
       .result = "Version"},
      {.method = "GET",
       .path = "/api/version/check",
       .permission = Permission::any_user,
       .handler = check_version,
       .summary = "Whether a client of some version fits the server",
       .query = {{"client", ParameterType::text, true, "The client's version"}},
       .result = "VersionCheckResult"},
  };
}

}  // namespace mogura::server
