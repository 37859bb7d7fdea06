#include "executor/attempt_start.h"

#include "calendar/schedule.h"
#include "value/config.h"
#include "value/merge.h"

namespace mogura::executor {
namespace {

calendar::TimeZone zone_of(const workflow::Definition& definition) {
  const auto zone = calendar::TimeZone::find(definition.timezone);
  if (!zone) throw ConfigError("Unknown time-zone ID: " + definition.timezone);
  return *zone;
}

// The theoretical neighbours of the session in the workflow's schedule (execution.md §4.1).
void set_neighbours(Object& params, const Object& definition, Instant session_time,
                    const calendar::TimeZone& zone) {
  if (!definition.contains("schedule")) return;
  const auto schedule = calendar::make_schedule(value::get_object(definition, "schedule"), zone);
  params.set("last_session_time",
             calendar::iso_time(schedule->last(session_time).session_time, zone));
  params.set("next_session_time",
             calendar::iso_time(schedule->next(session_time).session_time, zone));
}

// What the attempt's readers see as its parameters (rest-api.md §5).
Object own_params(const StartRequest& request, const calendar::TimeZone& zone) {
  Object params = request.params;
  set_neighbours(params, request.workflow.definition.config, request.session_time, zone);
  if (request.last_executed_session_time) {
    params.set("last_executed_session_time",
               calendar::iso_time(*request.last_executed_session_time, zone));
  }
  return params;
}

Object base_params(const StartRequest& request, const StartLimits& limits, const Object& own) {
  Object params = limits.default_params;
  value::deep_merge(params, request.workflow.revision_params);
  value::deep_merge(params, own);
  return params;
}

std::optional<store::Monitor> monitor_of(const StartRequest& request,
                                         const calendar::TimeZone& zone) {
  const Object& config = request.workflow.definition.config;
  if (!config.contains("sla")) return std::nullopt;
  const Object& sla = value::get_object(config, "sla");
  return store::Monitor{calendar::sla_due(sla, request.run_time, zone), sla};
}

}  // namespace

Prepared prepare_attempt(const StartRequest& request, const store::AttemptIds& ids,
                         const StartLimits& limits, Instant now) {
  const workflow::Definition& definition = request.workflow.definition;
  const calendar::TimeZone zone = zone_of(definition);

  engine::AttemptSpec spec;
  spec.tree = request.subtree ? *request.subtree
                              : workflow::compile("", "+" + definition.name, definition.config);
  Object own = own_params(request, zone);
  spec.base_params = base_params(request, limits, own);
  spec.resumed = request.resumed;
  spec.max_tasks = limits.max_tasks;
  const std::optional<store::Monitor> monitor = monitor_of(request, zone);
  engine::Created created = engine::create_attempt(std::move(spec), now);
  created.attempt.id = ids.attempt.value;

  store::AttemptInfo info;
  info.id = ids.attempt;
  info.session = ids.session;
  info.site = request.workflow.site;
  info.project = request.workflow.project;
  info.project_name = request.workflow.project_name;
  info.workflow_name = definition.name;
  info.revision = request.workflow.revision;
  info.timezone = definition.timezone;
  info.session_uuid = ids.session_uuid;
  info.session_time = request.session_time;
  info.retry_attempt_name = request.retry_attempt_name;
  info.created_at = now;
  info.workflow = request.workflow.id;
  return {{std::move(info), std::move(own), std::move(created.attempt), monitor, std::nullopt},
          std::move(created.changes)};
}

}  // namespace mogura::executor
