#include "server/models.h"

#include "calendar/duration.h"

#include <map>

#include "base/base64.h"
#include "value/merge.h"

namespace mogura::server {
namespace {

Value id_text(std::int64_t id) {
  return std::to_string(id);
}

template <class T>
Value or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

Value instant_or_null(const std::optional<Instant>& instant) {
  return instant ? Value(instant_text(*instant)) : Value();
}

Value object_or_empty(const Value& value) {
  return value.is_object() ? value : Value(Object());
}

Value md5_or_null(const std::optional<std::string>& bytes) {
  return bytes ? Value(to_base64(*bytes)) : Value();
}

Value name_and_id(const std::string& name, const std::optional<WorkflowId>& id) {
  return Object{{"name", name}, {"id", id ? id_text(id->value) : Value()}};
}

std::string_view status_of(const store::AttemptSummary& attempt) {
  if (attempt.success) return "success";
  if (!attempt.done) return "running";
  return attempt.cancel_requested ? "killed" : "error";
}

// What an operator exported lies over what the task declares.
Object exports_of(const engine::Task& task) {
  Object exports = task.exports.is_object() ? task.exports.as_object() : Object();
  if (task.output) value::deep_merge(exports, task.output->export_params);
  return exports;
}

// The task's own keys, and its `_export` where it has one.
Object config_of(const engine::Task& task) {
  Object config = task.config.is_object() ? task.config.as_object() : Object();
  if (task.exports.is_object() && !task.exports.as_object().empty()) {
    config.set("_export", task.exports);
  }
  return config;
}

Value task_model(const store::TaskSummary& summary,
                 const std::map<engine::TaskIndex, std::int64_t>& ids,
                 const std::vector<std::vector<engine::TaskIndex>>& barriers,
                 const secrets::SecretMask& mask) {
  const engine::Task& task = summary.task;
  Array upstreams;
  if (task.waits_for != engine::kNone) {
    for (const engine::TaskIndex position : barriers.at(task.waits_for)) {
      upstreams.push_back(id_text(ids.at(position)));
    }
  }
  const auto shown = [&mask](const Value& value) {
    return mask.empty() ? value : mask.masked_value(value);
  };
  const bool has_parent = task.parent != engine::kNone;
  return Object{{"id", id_text(summary.id)},
                {"fullName", task.full_name},
                {"parentId", has_parent ? id_text(ids.at(task.parent)) : Value()},
                {"config", shown(config_of(task))},
                {"upstreams", std::move(upstreams)},
                {"state", engine::state_name(task.state)},
                {"cancelRequested", task.has(engine::kCancelRequested)},
                {"exportParams", shown(exports_of(task))},
                {"storeParams", shown(task.output ? task.output->store_params : Object())},
                {"stateParams", shown(object_or_empty(task.state_params))},
                {"updatedAt", instant_text(task.updated_at)},
                {"retryAt", instant_or_null(task.retry_at)},
                {"startedAt", instant_or_null(task.started_at)},
                {"error", shown(task.output ? task.output->error : Object())},
                {"isGroup", task.kind == engine::TaskKind::group}};
}

}  // namespace

std::string instant_text(Instant instant) {
  return calendar::utc_iso(std::chrono::floor<std::chrono::seconds>(instant));
}

std::string offset_time_text(Instant instant, const std::string& zone_id) {
  const auto zone = calendar::TimeZone::find(zone_id);
  return calendar::iso_time(instant, zone ? *zone : calendar::TimeZone::utc());
}

Object id_and_name(std::int64_t id, const std::string& name) {
  return {{"id", id_text(id)}, {"name", name}};
}

Object project_model(const store::Project& project, const store::Revision& newest) {
  return {{"id", id_text(project.id.value)},
          {"name", project.name},
          {"revision", newest.name},
          {"createdAt", instant_text(project.created_at)},
          {"updatedAt", instant_text(newest.created_at)},
          {"deletedAt", instant_or_null(project.deleted_at)},
          {"archiveType", newest.archive_type},
          {"archiveMd5", md5_or_null(newest.archive_md5)}};
}

Object retention_model(const store::Project& project, const store::RetentionPolicy& policy,
                       bool own) {
  return {{"project", id_and_name(project.id.value, project.name)},
          {"maxAge", policy.max_age ? Value(calendar::duration_text(*policy.max_age)) : Value()},
          {"maxSessions", policy.max_sessions ? Value(*policy.max_sessions) : Value()},
          {"own", own}};
}

Object revision_model(const store::Revision& revision) {
  return {{"revision", revision.name},
          {"createdAt", instant_text(revision.created_at)},
          {"archiveType", revision.archive_type},
          {"archiveMd5", md5_or_null(revision.archive_md5)},
          {"userInfo", revision.user_info}};
}

Object workflow_model(const store::Project& project, const store::Revision& revision,
                      const store::Workflow& workflow) {
  return {{"id", id_text(workflow.id.value)},
          {"name", workflow.name},
          {"project", id_and_name(project.id.value, project.name)},
          {"revision", revision.name},
          {"timezone", workflow.timezone},
          {"config", workflow.config}};
}

Object schedule_model(const store::Schedule& schedule) {
  return {{"id", id_text(schedule.id.value)},
          {"project", id_and_name(schedule.project.value, schedule.project_name)},
          {"workflow", id_and_name(schedule.workflow.value, schedule.workflow_name)},
          {"nextRunTime", instant_text(schedule.next.run_time)},
          {"nextScheduleTime", offset_time_text(schedule.next.session_time, schedule.timezone)},
          {"disabledAt", instant_or_null(schedule.disabled_at)}};
}

Object schedule_summary_model(const store::Schedule& schedule) {
  Object model = schedule_model(schedule);
  model.erase("disabledAt");
  model.set("createdAt", instant_text(schedule.created_at));
  model.set("updatedAt", instant_text(schedule.updated_at));
  model.set("disabledAt", instant_or_null(schedule.disabled_at));
  return model;
}

Object session_model(const store::SessionSummary& session) {
  const store::AttemptSummary& last = session.last_attempt;
  const store::AttemptInfo& info = last.info;
  return {{"id", id_text(session.id.value)},
          {"project", id_and_name(info.project.value, info.project_name)},
          {"workflow", name_and_id(info.workflow_name, info.workflow)},
          {"sessionUuid", info.session_uuid},
          {"sessionTime", offset_time_text(info.session_time, info.timezone)},
          {"lastAttempt", Object{{"id", id_text(info.id.value)},
                                 {"retryAttemptName", or_null(info.retry_attempt_name)},
                                 {"done", last.done},
                                 {"success", last.success},
                                 {"cancelRequested", last.cancel_requested},
                                 {"params", last.params},
                                 {"createdAt", instant_text(info.created_at)},
                                 {"finishedAt", instant_or_null(last.finished_at)}}}};
}

Object attempt_model(const store::AttemptSummary& attempt) {
  const store::AttemptInfo& info = attempt.info;
  return {{"status", status_of(attempt)},
          {"id", id_text(info.id.value)},
          {"index", attempt.index},
          {"project", id_and_name(info.project.value, info.project_name)},
          {"workflow", name_and_id(info.workflow_name, info.workflow)},
          {"sessionId", id_text(info.session.value)},
          {"sessionUuid", info.session_uuid},
          {"sessionTime", offset_time_text(info.session_time, info.timezone)},
          {"retryAttemptName", or_null(info.retry_attempt_name)},
          {"done", attempt.done},
          {"success", attempt.success},
          {"cancelRequested", attempt.cancel_requested},
          {"params", attempt.params},
          {"createdAt", instant_text(info.created_at)},
          {"finishedAt", instant_or_null(attempt.finished_at)}};
}

std::vector<Value> task_models(const store::AttemptTasks& tasks,
                               std::span<const store::TaskSummary* const> chosen,
                               const secrets::SecretMask& mask) {
  std::map<engine::TaskIndex, std::int64_t> ids;
  for (const store::TaskSummary& task : tasks.tasks) ids.emplace(task.position, task.id);
  std::vector<Value> models;
  models.reserve(chosen.size());
  for (const store::TaskSummary* const task : chosen) {
    models.push_back(task_model(*task, ids, tasks.barriers, mask));
  }
  return models;
}

std::vector<Value> task_models(const store::AttemptTasks& tasks, const secrets::SecretMask& mask) {
  std::vector<const store::TaskSummary*> all;
  for (const store::TaskSummary& task : tasks.tasks) all.push_back(&task);
  return task_models(tasks, all, mask);
}

}  // namespace mogura::server
