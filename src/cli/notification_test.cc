#include "cli/notification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/time_zone.h"
#include "cli/notification_senders.h"
#include "cli/testing/temp_directory.h"
#include "net/testing/peer.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

using net::testing::Peer;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

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
    return error.chain();
  }
  return "";
}

TEST(NotifierTest, IsSilentWithoutSettings) {
  EXPECT_NO_THROW(make_notifier({})->notify(failed_task(), "text"));
}

TEST(NotifierTest, RefusesWrongSettings) {
  EXPECT_THAT(settings_error({{"notification.type", "pigeon"}}),
              HasSubstr("Unknown notification.type: pigeon"));
  EXPECT_THAT(settings_error({{"notification.type", "http"}}),
              HasSubstr("Parameter 'notification.http.url' is required but not set"));
  EXPECT_THAT(settings_error({{"notification.type", "shell"}}),
              HasSubstr("Parameter 'notification.shell.command' is required but not set"));
  EXPECT_THAT(
      settings_error({{"notification.type", "mail"}, {"notification.mail.from", "me@example.com"}}),
      HasSubstr("Parameter 'notification.mail.to' is required but not set"));
  EXPECT_THAT(settings_error({{"notification.type", "mail"}, {"notification.mail.from", "me@"}}),
              HasSubstr("notification.mail.from: me@"));
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

std::string notify_error(const Object& settings) {
  try {
    make_notifier(settings)->notify(failed_task(), "it \"failed\"\nü");
  } catch (const Error& error) {
    return error.chain();
  }
  return "(no error)";
}

Object http_settings(const std::string& url) {
  return {{"notification.type", "http"},
          {"notification.http.url", url},
          {"notification.retries", "2"},
          {"notification.min_retry_wait", "1"}};
}

TEST(HttpNotificationTest, PostsJson) {
  Peer peer("http_peer.py", {"http"});
  Object settings = http_settings(peer.url("/print/alerts"));
  settings.set("notification.http.headers.X-Token", "t0ken");
  EXPECT_EQ(notify_error(settings), "(no error)");
  EXPECT_EQ(peer.read_line(), "POST /print/alerts HTTP/1.1");
  const std::vector<std::string> request = peer.read_block();
  EXPECT_THAT(request, IsSupersetOf({"Content-Type: application/json", "X-Token: t0ken"}));
  const Value alert = value::parse_json(request.back());
  EXPECT_EQ(alert.as_object().find("message")->as_text(), "it \"failed\"\nü");
  EXPECT_EQ(alert.as_object().find("workflow_name")->as_text(), "w");
}

TEST(HttpNotificationTest, TakesAnotherMethodAndType) {
  Peer peer("http_peer.py", {"http"});
  Object settings = http_settings(peer.url("/print"));
  settings.set("notification.http.method", "PUT");
  settings.set("notification.http.headers.content-type", "text/x-alert");
  EXPECT_EQ(notify_error(settings), "(no error)");
  EXPECT_EQ(peer.read_line(), "PUT /print HTTP/1.1");
  EXPECT_THAT(peer.read_block(), AllOf(Contains("content-type: text/x-alert"),
                                       Not(Contains("Content-Type: application/json"))));
}

TEST(HttpNotificationTest, TriesAgainUntilItIsTaken) {
  Peer peer("http_peer.py", {"http"});
  EXPECT_EQ(notify_error(http_settings(peer.url("/flaky/2/x"))), "(no error)");
  EXPECT_THAT(notify_error(http_settings(peer.url("/flaky/3/y"))), HasSubstr("/flaky/3/y: 503"));
  // Only 2xx says that the message was taken.
  EXPECT_THAT(notify_error(http_settings(peer.url("/redirect/302//echo"))), HasSubstr(": 302"));
}

class MailNotificationTest : public ::testing::Test {
 protected:
  MailNotificationTest() {
    if (peer_.missing().empty()) peer_.read_line();
  }
  void SetUp() override {
    if (!peer_.missing().empty()) GTEST_SKIP() << peer_.missing();
  }
  Object settings(const std::string& to) const {
    return {{"notification.type", "mail"},
            {"notification.mail.host", "localhost"},
            {"notification.mail.port", std::to_string(peer_.port())},
            {"notification.mail.from", "Möle <mogura@example.com>"},
            {"notification.mail.to", to},
            {"notification.retries", "1"},
            {"notification.min_retry_wait", "1"}};
  }

  Peer peer_{"smtp_peer.py", {"plain"}};
};

TEST_F(MailNotificationTest, IsAMailThatProgramsRead) {
  EXPECT_EQ(notify_error(settings("a@example.com")), "(no error)");
  const std::vector<std::string> mail = peer_.read_block();
  EXPECT_THAT(mail,
              IsSupersetOf({"from mogura@example.com", "to a@example.com",
                            "header From: Möle <mogura@example.com>", "header To: a@example.com",
                            "header Subject: Digdag Notification"}));
  EXPECT_THAT(mail, Contains(MatchesRegex("header Message-ID: <[-0-9a-f]+@example.com>")));
  EXPECT_THAT(mail, Contains(MatchesRegex("header Date: .* \\+0000")));
  EXPECT_THAT(mail,
              Contains(MatchesRegex("part text/plain utf-8 - quoted-printable: "
                                    "Workflow: w\\\\nProject: default\\\\n"
                                    "Session time: 2024-03-05T09:00:00\\+09:00\\\\n"
                                    "Task: \\+w\\^failure-alert\\\\nTime: [-:0-9TZ]+\\\\n\\\\n"
                                    "it \"failed\"\\\\nü\\\\n")));
}

TEST_F(MailNotificationTest, GoesToAllInAnyWayOfWritingThem) {
  for (const std::string& to : {std::string(R"("A, Bee" <a@example.com>, c@example.com)"),
                                std::string(R"(["\"A, Bee\" <a@example.com>","c@example.com"])")}) {
    Object all = settings(to);
    all.set("notification.mail.cc", "d@example.com");
    all.set("notification.mail.bcc", "hidden@example.com");
    EXPECT_EQ(notify_error(all), "(no error)");
    const std::vector<std::string> mail = peer_.read_block();
    EXPECT_THAT(mail, IsSupersetOf({"to a@example.com", "to c@example.com", "to d@example.com",
                                    "to hidden@example.com", "header Cc: d@example.com",
                                    "header To: \"A, Bee\" <a@example.com>, c@example.com"}));
    EXPECT_THAT(mail, Not(Contains(AllOf(StartsWith("header"), HasSubstr("hidden")))));
  }
}

TEST_F(MailNotificationTest, TakesItsTextFromAFile) {
  const TempDirectory directory;
  Object html = settings("a@example.com");
  html.set("notification.mail.body_template_file",
           directory.write("alert.html", "<b>${workflow_name}</b>").string());
  html.set("notification.mail.html", "true");
  html.set("notification.mail.subject", "Ärger");
  EXPECT_EQ(notify_error(html), "(no error)");
  EXPECT_THAT(peer_.read_block(),
              IsSupersetOf({"header Subject: Ärger", "part text/html utf-8 - 7bit: <b>w</b>\\n"}));
}

TEST_F(MailNotificationTest, FailsWithTheAnswerOfTheServer) {
  EXPECT_THAT(notify_error(settings("refused@example.com")), HasSubstr("550"));
  for (const char* wrong : {"a@example.com, nobody at all", "a@example.com\r\nBcc: b@x", "[1"}) {
    EXPECT_THAT(notify_error(settings(wrong)), Not("(no error)")) << wrong;
  }
}

}  // namespace
}  // namespace mogura::cli
