// Which session `run` runs (cli.md §12.3.3, §9.2).
#pragma once

#include <filesystem>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "calendar/time_zone.h"
#include "workflow/definition.h"

namespace mogura::cli {

struct SessionRequest {
  std::string wanted;  // `last`, `schedule`, `daily`, `hourly`, a local date or time
  const workflow::Definition& workflow;
  calendar::TimeZone zone;  // the workflow's
  std::filesystem::path state_directory;
  Instant now;
};

/// The session time; logs where `last` came from. Throws ConfigError for a text that is none of the
/// forms, and Error for `schedule` without a schedule.
Instant choose_session_time(const SessionRequest& request);

}  // namespace mogura::cli
