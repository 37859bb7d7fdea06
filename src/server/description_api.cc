// The API's description of itself (rest-api.md §12.4).
#include "server/openapi.h"
#include "server/reply.h"
#include "server/request_error.h"
#include "server/routes.h"
#include "value/yaml_writer.h"

namespace mogura::server {
namespace {

net::ServerResponse get_openapi(const Call& call) {
  return json_reply(openapi_document(all_routes(), call.services.settings.version));
}

Object swagger_of(const Call& call) {
  if (!call.services.settings.enable_swagger) throw RequestError(404);
  return swagger_document(all_routes(), call.services.settings.version);
}

net::ServerResponse get_swagger_json(const Call& call) {
  return json_reply(swagger_of(call));
}

net::ServerResponse get_swagger_yaml(const Call& call) {
  return text_reply(value::to_yaml(swagger_of(call)), "application/yaml");
}

}  // namespace

std::vector<Route> description_routes() {
  return {
      {.method = "GET",
       .path = "/api/openapi.json",
       .permission = Permission::any_user,
       .handler = get_openapi,
       .summary = "This description",
       .result = kJson},
      {.method = "GET",
       .path = "/api/swagger.json",
       .permission = Permission::any_user,
       .handler = get_swagger_json,
       .summary = "The description in Swagger 2.0, where it is enabled",
       .result = kJson},
      {.method = "GET",
       .path = "/api/swagger.yaml",
       .permission = Permission::any_user,
       .handler = get_swagger_yaml,
       .summary = "The description in Swagger 2.0, where it is enabled",
       .result = "application/yaml"},
  };
}

}  // namespace mogura::server
