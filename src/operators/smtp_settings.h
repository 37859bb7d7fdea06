// The SMTP server that a configuration describes, in the names that mail> and notifications share
// (operators.md §5.3, execution.md §17).
#pragma once

#include <string>

#include "base/log.h"
#include "net/smtp_client.h"
#include "value/value.h"

namespace mogura::operators {

/// The server of the keys `host port username password tls ssl debug`, each behind `prefix`; with
/// `debug` the conversation goes to `log`, which outlives the server. Throws ConfigError without a
/// host or a port.
net::SmtpServer smtp_server(const Object& settings, const std::string& prefix, const Logger& log);

}  // namespace mogura::operators
