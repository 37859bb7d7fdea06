#include "executor/task_requests.h"

#include "engine/params.h"
#include "template/builtin_variables.h"

namespace mogura::executor {
namespace {

calendar::TimeZone zone_named(const std::string& id) {
  const auto zone = calendar::TimeZone::find(id);
  if (!zone) throw ConfigError("Unknown time-zone ID: " + id);
  return *zone;
}

std::int64_t micros(Instant time) {
  return time.time_since_epoch().count();
}
Instant instant(const Value& micros) {
  return Instant(Duration(micros.as_integer()));
}

}  // namespace

TaskRequests::TaskRequests(const store::AttemptInfo& info) : zone_(zone_named(info.timezone)) {}

const Object& TaskRequests::builtins(const store::AttemptInfo& info, const Object& params) {
  const bool known = params_of_builtins_.is_object() &&
                     tmpl::same_other_sessions(params_of_builtins_.as_object(), params);
  if (!known) {
    builtins_ = tmpl::builtin_variables({info.project, info.session, info.id, info.session_uuid,
                                         info.session_time, zone_, info.retry_attempt_name},
                                        params);
    params_of_builtins_ = params;
  }
  return builtins_;
}

operators::TaskRequest TaskRequests::make(const store::AttemptInfo& info, engine::Attempt& attempt,
                                          engine::TaskIndex task) {
  const engine::Task& row = attempt.tasks[task];
  operators::TaskRequest request;
  request.site = info.site;
  request.project = info.project;
  request.project_name = info.project_name;
  request.workflow_name = info.workflow_name;
  request.revision = info.revision;
  request.session = info.session;
  request.attempt = info.id;
  request.attempt_created_at = info.created_at;
  request.retry_attempt_name = info.retry_attempt_name;
  request.task_id = task_id(task);
  request.task_name = row.full_name;
  request.retry_count = row.run - 1;
  request.timezone = zone_.id();
  request.session_uuid = info.session_uuid;
  request.session_time = info.session_time;
  request.started_at = row.started_at;
  request.cancel_requested = row.has(engine::kCancelRequested);
  request.local_config = row.config.as_object();
  request.config = engine::task_params(attempt, task).as_object();
  for (const char* key : {"_check", "_error"}) {
    request.local_config.erase(key);
    request.config.erase(key);
  }
  const Object& shared = builtins(info, request.config);
  for (const Object::Member& member : shared) request.config.set(member.key, member.value);
  request.config.set("task_name", row.full_name);
  if (row.state_params.is_object()) request.state_params = row.state_params.as_object();
  return request;
}

Value to_value(const operators::TaskRequest& request) {
  Object value{{"site", request.site.value},
               {"project", request.project.value},
               {"projectName", request.project_name},
               {"workflowName", request.workflow_name},
               {"revision", request.revision},
               {"session", request.session.value},
               {"attempt", request.attempt.value},
               {"attemptCreatedAt", micros(request.attempt_created_at)},
               {"taskId", request.task_id},
               {"taskName", request.task_name},
               {"retryCount", request.retry_count},
               {"timezone", request.timezone},
               {"sessionUuid", request.session_uuid},
               {"sessionTime", micros(request.session_time)},
               {"cancelRequested", request.cancel_requested},
               {"config", request.config},
               {"localConfig", request.local_config},
               {"stateParams", request.state_params}};
  if (request.retry_attempt_name) value.set("retryAttemptName", *request.retry_attempt_name);
  if (request.started_at) value.set("startedAt", micros(*request.started_at));
  return value;
}

operators::TaskRequest request_from(const Value& value) {
  const Object& object = value.as_object();
  const auto& at = [&](std::string_view key) -> const Value& { return *object.find(key); };
  operators::TaskRequest request;
  request.site = {at("site").as_integer()};
  request.project = {at("project").as_integer()};
  request.project_name = at("projectName").as_text();
  request.workflow_name = at("workflowName").as_text();
  request.revision = at("revision").as_text();
  request.session = {at("session").as_integer()};
  request.attempt = {at("attempt").as_integer()};
  request.attempt_created_at = instant(at("attemptCreatedAt"));
  request.task_id = at("taskId").as_integer();
  request.task_name = at("taskName").as_text();
  request.retry_count = static_cast<int>(at("retryCount").as_integer());
  request.timezone = at("timezone").as_text();
  request.session_uuid = at("sessionUuid").as_text();
  request.session_time = instant(at("sessionTime"));
  request.cancel_requested = at("cancelRequested").as_boolean();
  request.config = at("config").as_object();
  request.local_config = at("localConfig").as_object();
  request.state_params = at("stateParams").as_object();
  if (const Value* name = object.find("retryAttemptName")) {
    request.retry_attempt_name = name->as_text();
  }
  if (const Value* started = object.find("startedAt")) request.started_at = instant(*started);
  return request;
}

}  // namespace mogura::executor
