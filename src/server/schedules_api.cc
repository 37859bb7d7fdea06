// Schedules (rest-api.md §8).
#include "scheduler/backfill.h"
#include "scheduler/schedule_rules.h"
#include "server/attempt_actions.h"
#include "server/body.h"
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"
#include "store/uuid.h"

namespace mogura::server {
namespace {

// A change that others are faster with so often in a row is given up.
constexpr int kMaxMoveTries = 20;

net::ServerResponse list_schedules(const Call& call) {
  const store::Page page{find_int32(call, "last_id").value_or(0)};
  Array schedules;
  for (const store::Schedule& schedule :
       call.services.database.list_schedules(call.caller.site, std::nullopt, page)) {
    schedules.push_back(schedule_model(schedule));
  }
  return json_reply(Object{{"schedules", std::move(schedules)}});
}

store::Schedule schedule_of(const Call& call) {
  return get_schedule(call, ScheduleId{call.id("id")});
}

net::ServerResponse get_schedule_by_id(const Call& call) {
  return json_reply(schedule_model(schedule_of(call)));
}

store::ScheduleMove unmoved(const store::Schedule& schedule) {
  return {schedule.next, schedule.last_session_time, schedule.disabled_at};
}

// Moves the newest version of the schedule as `change` says.
template <class Change>
store::Schedule move_schedule(const Call& call, const Change& change) {
  for (int tries = 0; tries < kMaxMoveTries; ++tries) {
    const store::Schedule seen = schedule_of(call);
    const store::ScheduleMove move = change(seen);
    const auto moved = call.services.database.move_schedule(seen, move, call.services.clock.now());
    if (moved) return *moved;
  }
  throw RequestError(503, "The schedule is being changed by others. Try again.");
}

struct ScheduleOfWorkflow {
  store::WorkflowDetails workflow;
  scheduler::WorkflowSchedule times;
};

ScheduleOfWorkflow times_of(const Call& call, const store::Schedule& schedule) {
  store::WorkflowDetails details = get_workflow(call, schedule.workflow);
  auto times = scheduler::find_schedule(details.workflow.config, details.workflow.timezone);
  if (!times) throw ConfigError("schedule is not set to this workflow");
  return {std::move(details), std::move(*times)};
}

// A local time is one of the zone.
scheduler::Skip skip_from(const Members& body, const calendar::TimeZone& zone) {
  return {body.find_local_time_or_instant("nextTime", zone), body.find_instant("fromTime"),
          body.find_int("count"), body.find_instant("nextRunTime")};
}

net::ServerResponse post_skip(const Call& call) {
  const Members body = read_body(call);
  const bool is_dry = required(body.find_boolean("dryRun"), "dryRun");
  skip_from(body, calendar::TimeZone::utc());  // malformed, it is wrong for every schedule
  const auto target = [&](const store::Schedule& seen) {
    const scheduler::WorkflowSchedule times = times_of(call, seen).times;
    return scheduler::skip_target(times, skip_from(body, times.zone), seen.next.session_time);
  };
  if (is_dry) {
    store::Schedule schedule = schedule_of(call);
    schedule.next = target(schedule);
    return json_reply(schedule_summary_model(schedule));
  }
  return json_reply(schedule_summary_model(move_schedule(call, [&](const store::Schedule& seen) {
    store::ScheduleMove move = unmoved(seen);
    move.next = target(seen);
    return move;
  })));
}

net::ServerResponse post_disable(const Call& call) {
  return json_reply(schedule_summary_model(move_schedule(call, [&](const store::Schedule& seen) {
    store::ScheduleMove move = unmoved(seen);
    move.disabled_at = call.services.clock.now();
    return move;
  })));
}

net::ServerResponse post_enable(const Call& call) {
  const Members body = read_optional_body(call);
  const bool skips = body.find_boolean("skipSchedule").value_or(false);
  return json_reply(schedule_summary_model(move_schedule(call, [&](const store::Schedule& seen) {
    store::ScheduleMove move = unmoved(seen);
    move.disabled_at.reset();
    if (skips) {
      const scheduler::WorkflowSchedule times = times_of(call, seen).times;
      scheduler::Skip skip;
      skip.next_time = body.find_local_time_or_instant("nextTime", times.zone)
                           .value_or(call.services.clock.now());
      move.next = scheduler::skip_target(times, skip, seen.next.session_time);
    }
    return move;
  })));
}

// What a dry backfill shows of an attempt that it would start.
store::AttemptSummary imagined(const executor::StartRequest& request, Instant now) {
  store::AttemptSummary attempt;
  store::AttemptInfo& info = attempt.info;
  info.project = request.workflow.project;
  info.project_name = request.workflow.project_name;
  info.workflow_name = request.workflow.definition.name;
  info.workflow = request.workflow.id;
  info.timezone = request.workflow.definition.timezone;
  info.session_uuid = store::new_uuid();
  info.session_time = request.session_time;
  info.retry_attempt_name = request.retry_attempt_name;
  info.created_at = now;
  return attempt;
}

std::vector<store::AttemptSummary> start_in_turn(
    const Call& call, const std::vector<executor::StartRequest>& requests) {
  const auto started = call.services.executor.start_in_turn(requests);
  if (!started) throw conflict("Session already exists");
  std::vector<store::AttemptSummary> attempts;
  for (const AttemptId id : *started) attempts.push_back(as_it_started(get_attempt(call, id)));
  return attempts;
}

net::ServerResponse post_backfill(const Call& call) {
  const Members body = read_body(call);
  const bool is_dry = required(body.find_boolean("dryRun"), "dryRun");
  scheduler::Backfill backfill{{},
                               required(body.find_instant("fromTime"), "fromTime"),
                               body.find_int("count"),
                               required(body.find_text("attemptName"), "attemptName")};
  backfill.schedule = schedule_of(call);
  check_attempt_name(backfill.attempt_name);
  const Instant now = call.services.clock.now();
  const auto requests = scheduler::plan_backfill(call.services.database, backfill, now);
  Array attempts;
  if (is_dry) {
    for (const auto& request : requests) attempts.push_back(attempt_model(imagined(request, now)));
  } else {
    for (const auto& attempt : start_in_turn(call, requests)) {
      attempts.push_back(attempt_model(attempt));
    }
  }
  return json_reply(Object{
      {"id", std::to_string(backfill.schedule.id.value)},
      {"project", id_and_name(backfill.schedule.project.value, backfill.schedule.project_name)},
      {"workflow", id_and_name(backfill.schedule.workflow.value, backfill.schedule.workflow_name)},
      {"attempts", std::move(attempts)}});
}

}  // namespace

std::vector<Route> schedule_routes() {
  return {
      {.method = "GET",
       .path = "/api/schedules",
       .permission = Permission::list_schedules,
       .handler = list_schedules,
       .summary = "Schedules by id",
       .query = {{"last_id", ParameterType::int32, false, "Only what comes after this id"}},
       .result = "ScheduleCollection"},
      {.method = "GET",
       .path = "/api/schedules/{id:int32}",
       .permission = Permission::get_schedule,
       .handler = get_schedule_by_id,
       .summary = "A schedule",
       .result = "Schedule"},
      {.method = "POST",
       .path = "/api/schedules/{id:int32}/skip",
       .permission = Permission::skip_schedule,
       .handler = post_skip,
       .summary = "Go on with a later session",
       .body = "ScheduleSkipRequest",
       .result = "ScheduleSummary"},
      {.method = "POST",
       .path = "/api/schedules/{id:int32}/backfill",
       .permission = Permission::backfill_schedule,
       .handler = post_backfill,
       .summary = "Start past sessions, one after the other",
       .body = "ScheduleBackfillRequest",
       .result = "ScheduleAttemptCollection"},
      {.method = "POST",
       .path = "/api/schedules/{id:int32}/disable",
       .permission = Permission::disable_schedule,
       .handler = post_disable,
       .summary = "Start no more sessions",
       .body = "Empty",
       .result = "ScheduleSummary"},
      {.method = "POST",
       .path = "/api/schedules/{id:int32}/enable",
       .permission = Permission::enable_schedule,
       .handler = post_enable,
       .summary = "Start sessions again, those that were missed or only later ones",
       .body = "ScheduleEnableRequest",
       .result = "ScheduleSummary"},
  };
}

}  // namespace mogura::server
