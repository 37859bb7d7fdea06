#include "scheduler/backfill.h"

#include <fmt/format.h>

#include "executor/stored_workflows.h"
#include "scheduler/schedule_rules.h"

namespace mogura::scheduler {
namespace {

executor::Workflow workflow_to_backfill(store::Database& database,
                                        const store::Schedule& schedule) {
  const auto details = database.find_workflow(schedule.site, schedule.workflow);
  if (!details) {
    throw Error("not found", fmt::format("Resource does not exist: workflow definition id={}",
                                         schedule.workflow.value));
  }
  return executor::workflow_of(*details);
}

void refuse_existing(store::Database& database, const Backfill& backfill, Instant session_time) {
  const store::Schedule& schedule = backfill.schedule;
  if (!database.find_attempt(schedule.project, schedule.workflow_name, session_time,
                             backfill.attempt_name)) {
    return;
  }
  throw Error("conflict",
              fmt::format("Attempt of project id={} workflow={} instant={} attempt name={} "
                          "already exists",
                          schedule.project.value, schedule.workflow_name,
                          calendar::utc_iso(session_time), backfill.attempt_name));
}

}  // namespace

std::vector<executor::StartRequest> plan_backfill(store::Database& database,
                                                  const Backfill& backfill, Instant now) {
  const store::Schedule& schedule = backfill.schedule;
  const executor::Workflow workflow = workflow_to_backfill(database, schedule);
  const auto times = find_schedule(workflow.definition.config, workflow.definition.timezone);
  if (!times) return {};
  const std::vector<Instant> sessions =
      backfill_sessions(*times, backfill.from, backfill.count, schedule.next.session_time);
  for (const Instant session : sessions) refuse_existing(database, backfill, session);

  std::vector<executor::StartRequest> requests;
  for (const Instant session : sessions) {
    executor::StartRequest& request = requests.emplace_back();
    request.workflow = workflow;
    request.session_time = session;
    request.run_time = now;
    request.retry_attempt_name = backfill.attempt_name;
    request.last_executed_session_time =
        requests.size() > 1
            ? std::optional(requests[requests.size() - 2].session_time)
            : database.last_session_before(schedule.project, schedule.workflow_name, session);
  }
  return requests;
}

}  // namespace mogura::scheduler
