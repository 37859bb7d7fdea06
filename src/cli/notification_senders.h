// The ways a notification can go (execution.md §17).
#pragma once

#include <memory>

#include "base/error.h"
#include "value/value.h"

namespace mogura::cli {

class NotificationSender {
 public:
  virtual ~NotificationSender() = default;
  /// One try. Throws Error where the message was not taken.
  virtual void send(const Object& notification) = 0;
};

// Each reads its `notification.*` settings and throws ConfigError for what is missing or wrong.

/// JSON to an address; every answer but 2xx is a failure.
std::unique_ptr<NotificationSender> http_sender(const Object& config);
/// A mail, its body a template over the notification.
std::unique_ptr<NotificationSender> mail_sender(const Object& config);
/// JSON to the standard input of a shell command, whose output is dropped; another status than 0
/// and a command that takes too long are failures.
std::unique_ptr<NotificationSender> shell_sender(const Object& config);

}  // namespace mogura::cli
