// Where tasks write their logs, by the settings (runtime.md §10.1, cli.md §8.5).
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "blob/log_store.h"
#include "operators/operator.h"
#include "store/log_chunks.h"
#include "value/value.h"

namespace mogura::cli {

/// The store of `log-server.type`: `null` (the default), `local`, or `database`, which needs
/// `chunks`. Reads `log-server.local.path`, `log-server.local.split_size`,
/// `log-server.flush_bytes`, `log-server.flush_interval` (seconds) and `agent.id`. Throws
/// ConfigError.
std::unique_ptr<blob::LogStore> make_log_store(const Object& system_config, const Clock& clock,
                                               store::LogChunks* chunks = nullptr);

/// The attempt that a task belongs to.
blob::AttemptLogs logs_of(const operators::TaskRequest& request);

}  // namespace mogura::cli
