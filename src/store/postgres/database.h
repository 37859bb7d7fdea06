// The store in PostgreSQL, 13 or later.
#pragma once

#include <memory>

#include "store/database.h"
#include "store/postgres/options.h"
#include "store/queue_limits.h"
#include "store/sql/session.h"

namespace mogura::store::postgres {

/// Connects, and brings the tables up to date. Throws Error of kind "database".
std::unique_ptr<Database> open_database(const Options& options, const QueueLimits& queue = {});

/// What it runs its statements on.
std::unique_ptr<sql::Driver> open_driver(const Options& options);

}  // namespace mogura::store::postgres
