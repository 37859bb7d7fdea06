// Sessions of a schedule that are made up for (rest-api.md §8.4, execution.md §15).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "executor/attempt_start.h"
#include "store/database.h"

namespace mogura::scheduler {

struct Backfill {
  store::Schedule schedule;
  Instant from;
  std::optional<std::int64_t> count;
  std::string attempt_name;
};

/// The attempts to start one after the other, oldest first, in the definition that the schedule
/// points to. Throws what find_schedule() and backfill_sessions() throw, and Error of kind
/// "conflict" "Attempt of project id=P workflow=W instant=I attempt name=N already exists".
std::vector<executor::StartRequest> plan_backfill(store::Database& database,
                                                  const Backfill& backfill, Instant now);

}  // namespace mogura::scheduler
