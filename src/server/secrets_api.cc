// Secrets of projects: set, listed by key, deleted, never shown (rest-api.md §6.12).
#include "secrets/secret_vault.h"
#include "server/body.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

Object secret_model(const std::string& key, const store::Project& project) {
  return {{"key", key}, {"project", id_and_name(project.id.value, project.name)}};
}

net::ServerResponse list_secrets(const Call& call) {
  const store::Project project = get_project(call, ProjectId{call.id("id")});
  Array secrets;
  for (const std::string& key : call.services.vault.list(project.id)) {
    secrets.push_back(Object{{"key", key}});
  }
  return json_reply(Object{{"secrets", std::move(secrets)}});
}

net::ServerResponse put_secret(const Call& call) {
  const std::string& key = call.text("key");
  secrets::check_secret_key(key);
  const Members body = read_body(call);
  const std::string secret = required(body.find_text("value"), "value");
  if (!secrets::valid_secret_value(secret)) throw bad_request("Invalid secret");
  const store::Project project = get_project(call, ProjectId{call.id("id")});
  call.services.vault.set(project.id, key, secret);
  return json_reply(secret_model(key, project));
}

net::ServerResponse delete_secret(const Call& call) {
  const std::string& key = call.text("key");
  secrets::check_secret_key(key);
  const store::Project project = get_project(call, ProjectId{call.id("id")});
  call.services.vault.remove(project.id, key);
  return json_reply(secret_model(key, project));
}

}  // namespace

std::vector<Route> secret_routes() {
  return {
      {.method = "GET",
       .path = "/api/projects/{id:int32}/secrets",
       .permission = Permission::get_project_secret_list,
       .handler = list_secrets,
       .summary = "The keys of a project's secrets",
       .result = "SecretList"},
      {.method = "PUT",
       .path = "/api/projects/{id:int32}/secrets/{key}",
       .permission = Permission::put_project_secret,
       .handler = put_secret,
       .summary = "Set a secret",
       .body = "SetSecretRequest",
       .result = "Secret"},
      {.method = "DELETE",
       .path = "/api/projects/{id:int32}/secrets/{key}",
       .permission = Permission::delete_project_secret,
       .handler = delete_secret,
       .summary = "Delete a secret",
       .result = "Secret"},
  };
}

}  // namespace mogura::server
