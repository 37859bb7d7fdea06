// Sending notifications, as `notification.*` settings say (runtime.md §12.2, §13).
#pragma once

#include <memory>

#include "base/error.h"
#include "operators/operator.h"
#include "value/value.h"

namespace mogura::cli {

/// The notifier of `notification.type`: http, mail or shell; without the setting messages go
/// nowhere. Delivery is tried again as `notification.retries` says, then throws what the last try
/// threw. Throws ConfigError for settings that are wrong.
std::unique_ptr<operators::Notifier> make_notifier(const Object& system_config);

}  // namespace mogura::cli
