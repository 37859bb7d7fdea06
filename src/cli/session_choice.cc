#include "cli/session_choice.h"

#include "base/log.h"
#include "calendar/schedule.h"
#include "cli/status_files.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

constexpr Logger kSessionLog("io.digdag.cli.Run");

/// The latest session time of the workflow's schedule before now; absent without a schedule.
std::optional<Instant> last_scheduled(const SessionRequest& request) {
  if (!request.workflow.config.contains("schedule")) return std::nullopt;
  const Object& config = value::get_object(request.workflow.config, "schedule");
  return calendar::make_schedule(config, request.zone)->last(request.now).session_time;
}

Instant last_session(const SessionRequest& request) {
  const auto shown = [&](Instant time) { return calendar::iso_time(time, request.zone); };
  if (const auto saved = last_saved_session(request.state_directory, request.workflow.name)) {
    kSessionLog.warn("Reusing the last session time {}.", shown(*saved));
    return *saved;
  }
  if (const auto scheduled = last_scheduled(request)) {
    kSessionLog.warn("Using a new session time {} based on schedule.", shown(*scheduled));
    return *scheduled;
  }
  const Instant today = calendar::start_of_day(request.now, request.zone);
  kSessionLog.warn("Using a new session time {}.", shown(today));
  return today;
}

}  // namespace

Instant choose_session_time(const SessionRequest& request) {
  if (request.wanted == "last") return last_session(request);
  if (request.wanted == "hourly") return calendar::start_of_hour(request.now, request.zone);
  if (request.wanted == "daily") return calendar::start_of_day(request.now, request.zone);
  if (request.wanted == "schedule") {
    if (const auto scheduled = last_scheduled(request)) return *scheduled;
    throw Error("", "--session schedule is set but schedule is not set to this workflow.");
  }
  if (const auto local = calendar::parse_local_time(request.wanted)) {
    return request.zone.to_instant(*local);
  }
  throw ConfigError(
      "--session must be hourly, daily, last, \"yyyy-MM-dd\", or \"yyyy-MM-dd HH:mm:SS\" format: " +
      request.wanted);
}

}  // namespace mogura::cli
