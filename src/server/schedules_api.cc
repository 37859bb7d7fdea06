// Schedules (rest-api.md §8).
#include "server/lookups.h"
#include "server/models.h"
#include "server/query.h"
#include "server/reply.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

net::ServerResponse list_schedules(const Call& call) {
  const store::Page page{find_int32(call, "last_id").value_or(0)};
  Array schedules;
  for (const store::Schedule& schedule :
       call.services.database.list_schedules(call.caller.site, std::nullopt, page)) {
    schedules.push_back(schedule_model(schedule));
  }
  return json_reply(Object{{"schedules", std::move(schedules)}});
}

net::ServerResponse get_schedule_by_id(const Call& call) {
  return json_reply(schedule_model(get_schedule(call, ScheduleId{call.id("id")})));
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
  };
}

}  // namespace mogura::server
