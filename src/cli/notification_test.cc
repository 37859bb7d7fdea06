#include "cli/notification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/time_zone.h"
#include "cli/notification_senders.h"
#include "cli/testing/temp_directory.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

using ::testing::HasSubstr;

operators::TaskRequest failed_task() {
  operators::TaskRequest request;
  request.project = ProjectId{1};
  request.project_name = "default";
  request.workflow_name = "w";
  request.task_name = "+w^failure-alert";
  request.timezone = "Asia/Tokyo";
  request.session_time = *calendar::parse_instant("2024-03-05T00:00:00Z");
  return request;
}

std::string settings_error(const Object& config) {
  try {
    make_notifier(config);
  } catch (const ConfigError& error) {
    return error.message();
  }
  return "";
}

TEST(NotifierTest, IsSilentWithoutSettings) {
  EXPECT_NO_THROW(make_notifier({})->notify(failed_task(), "text"));
}

TEST(NotifierTest, RefusesWrongSettings) {
  EXPECT_EQ(settings_error({{"notification.type", "pigeon"}}), "Unknown notification.type: pigeon");
  EXPECT_EQ(settings_error({{"notification.type", "http"}}),
            "Parameter 'notification.http.url' is required but not set");
  EXPECT_EQ(settings_error({{"notification.type", "shell"}}),
            "Parameter 'notification.shell.command' is required but not set");
  EXPECT_EQ(
      settings_error({{"notification.type", "mail"}, {"notification.mail.from", "me@example.com"}}),
      "Parameter 'notification.mail.to' is required but not set");
}

class ShellNotificationTest : public ::testing::Test {
 protected:
  std::unique_ptr<operators::Notifier> notifier(const std::string& command) const {
    return make_notifier({{"notification.type", "shell"},
                          {"notification.shell.command", command},
                          {"notification.shell.timeout", "300"},
                          {"notification.retries", "2"},
                          {"notification.min_retry_wait", "1"}});
  }
  std::string path(const char* name) const { return (directory_ / name).string(); }

  TempDirectory directory_;
};

TEST_F(ShellNotificationTest, HandsTheMessageToTheCommand) {
  notifier("cat > " + path("alert"))->notify(failed_task(), "it failed");
  const Value alert = value::parse_json(read_file(path("alert")));
  EXPECT_EQ(alert.as_object().find("message")->as_text(), "it failed");
  EXPECT_EQ(alert.as_object().find("task_name")->as_text(), "+w^failure-alert");
  EXPECT_EQ(alert.as_object().find("session_time")->as_text(), "2024-03-05T09:00:00+09:00");
  EXPECT_TRUE(alert.as_object().find("workflow_definition_id")->is_null());
}

TEST_F(ShellNotificationTest, TriesAgain) {
  notifier("echo x >> " + path("tries") + "; test $(wc -l < " + path("tries") + ") = 2")
      ->notify(failed_task(), "x");
  EXPECT_EQ(read_file(path("tries")), "x\nx\n");
}

TEST_F(ShellNotificationTest, FailsInTheEnd) {
  const auto notify = [&](const std::string& command) -> std::string {
    try {
      notifier(command)->notify(failed_task(), "x");
    } catch (const Error& error) {
      return error.chain();
    }
    return "";
  };
  EXPECT_THAT(notify("echo x >> " + path("tries") + "; exit 3"),
              HasSubstr("Notification shell command failed: "));
  EXPECT_EQ(read_file(path("tries")), "x\nx\nx\n");
  EXPECT_THAT(notify("sleep 1000"), HasSubstr("Notification shell command timed out: sleep 1000"));
}

}  // namespace
}  // namespace mogura::cli
