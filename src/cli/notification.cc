#include "cli/notification.h"

#include <chrono>

#include "base/log.h"
#include "calendar/time_zone.h"
#include "cli/backoff.h"
#include "cli/notification_senders.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

using std::chrono::milliseconds;

constexpr Logger kNotifierLog("io.digdag.core.notification.DefaultNotifier");
constexpr int kDefaultRetries = 10;
constexpr milliseconds kDefaultMinWait{1'000};
constexpr milliseconds kDefaultMaxWait{30'000};
constexpr int kWaitGrowth = 3;

/// For settings without `notification.type`.
class SilentNotifier : public operators::Notifier {
 public:
  void notify(const operators::TaskRequest&, const std::string&) override {}
};

Object notification_of(const operators::TaskRequest& request, const std::string& message,
                       Instant now) {
  const calendar::TimeZone zone =
      calendar::TimeZone::find(request.timezone).value_or(calendar::TimeZone::utc());
  return {{"timestamp", calendar::utc_iso(std::chrono::floor<std::chrono::seconds>(now))},
          {"message", message},
          {"site_id", request.site.value},
          {"project_id", request.project.value},
          {"project_name", request.project_name},
          {"workflow_name", request.workflow_name},
          {"revision", request.revision},
          {"attempt_id", request.attempt.value},
          {"session_id", request.session.value},
          {"task_name", request.task_name},
          {"timezone", request.timezone},
          {"session_uuid", request.session_uuid},
          {"session_time", calendar::iso_time(request.session_time, zone)},
          {"workflow_definition_id", nullptr}};
}

milliseconds wait_setting(const Object& config, std::string_view name, milliseconds otherwise) {
  const auto given = value::find_long(config, "notification." + std::string(name));
  return given ? milliseconds(*given) : otherwise;
}

class RetryingNotifier : public operators::Notifier {
 public:
  RetryingNotifier(std::unique_ptr<NotificationSender> sender, const Object& config)
      : sender_(std::move(sender)),
        retries_(value::find_int(config, "notification.retries").value_or(kDefaultRetries)),
        waits_{.first = wait_setting(config, "min_retry_wait", kDefaultMinWait),
               .longest = wait_setting(config, "max_retry_wait", kDefaultMaxWait),
               .growth = kWaitGrowth} {}

  void notify(const operators::TaskRequest& request, const std::string& message) override {
    const Object notification = notification_of(request, message, SystemClock().now());
    Backoff backoff(waits_);
    for (int tries = 0;; ++tries) {
      try {
        sender_->send(notification);
        return;
      } catch (const Error& error) {
        if (tries >= retries_) throw;
        kNotifierLog.warn("Failed to send notification: retry {} of {}: {}", tries + 1, retries_,
                          error.message());
      }
      backoff.wait();
    }
  }

 private:
  const std::unique_ptr<NotificationSender> sender_;
  const int retries_;
  const BackoffTimes waits_;
};

std::unique_ptr<NotificationSender> make_sender(const std::string& type, const Object& config) {
  if (type == "http") return http_sender(config);
  if (type == "mail") return mail_sender(config);
  if (type == "shell") return shell_sender(config);
  throw ConfigError("Unknown notification.type: " + type);
}

}  // namespace

std::unique_ptr<operators::Notifier> make_notifier(const Object& system_config) {
  const auto type = value::find_text(system_config, "notification.type");
  if (!type) return std::make_unique<SilentNotifier>();
  return std::make_unique<RetryingNotifier>(make_sender(*type, system_config), system_config);
}

}  // namespace mogura::cli
