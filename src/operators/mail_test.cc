#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "net/testing/peer.h"
#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

using net::testing::Peer;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class MailTest : public OperatorTest {
 protected:
  /// Runs mail> to a server of the test with these further options.
  TaskRun::Outcome mail(const Peer& peer, const std::string& options_json) {
    return run(R"({"host": "localhost", "port": )" + std::to_string(peer.port()) + ", " +
               options_json + "}");
  }

  /// The lines of the received mail, without those of its raw form.
  static std::vector<std::string> received(Peer& peer) {
    std::vector<std::string> kept;
    for (std::string& line : peer.read_block()) {
      if (!line.starts_with("raw ")) kept.push_back(std::move(line));
    }
    return kept;
  }
};

constexpr std::string_view kBasic =
    R"("mail>": {"data": "hello"}, "subject": "s", "from": "b@example.com",
       "to": ["a@example.com"])";

#define MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer) \
  if (!(peer).missing().empty()) GTEST_SKIP() << (peer).missing()

TEST_F(MailTest, SendsATextWithItsHeaders) {
  Peer peer("smtp_peer.py", {"plain"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  EXPECT_EQ(message(mail(peer, std::string(kBasic))), "(no failure)");
  EXPECT_THAT(
      received(peer),
      ElementsAre(StartsWith("ehlo "), "tls no", "user -", "from b@example.com", "to a@example.com",
                  "header Date: Tue, 05 Mar 2024 00:00:00 +0000", "header From: b@example.com",
                  "header Sender: b@example.com", "header To: a@example.com",
                  MatchesRegex("header Message-ID: <[-0-9a-f]+@example.com>"), "header Subject: s",
                  "header MIME-Version: 1.0", "header Content-Type: text/plain; charset=\"utf-8\"",
                  "header Content-Transfer-Encoding: 7bit",
                  "part text/plain utf-8 - 7bit: hello\\n"));
}

TEST_F(MailTest, AllReceiversAreInTheEnvelope) {
  Peer peer("smtp_peer.py", {"plain"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  mail(peer, R"("mail>": {"data": "x"}, "subject": "s", "from": "Ånn Bee <b@example.com>",
       "to": "\"A, Bee\" <a@example.com>", "cc": ["c@example.com", "d@example.com"],
       "bcc": ["hidden@example.com"])");
  const std::vector<std::string> lines = received(peer);
  EXPECT_THAT(
      lines, IsSupersetOf(
                 {"from b@example.com", "to a@example.com", "to c@example.com", "to d@example.com",
                  "to hidden@example.com", "header From: Ånn Bee <b@example.com>",
                  "header Sender: Ånn Bee <b@example.com>", "header To: \"A, Bee\" <a@example.com>",
                  "header Cc: c@example.com, d@example.com"}));
  EXPECT_THAT(lines, Not(Contains(AllOf(StartsWith("header"), HasSubstr("hidden@example.com")))));
}

TEST_F(MailTest, EncodingSuitsTheText) {
  Peer peer("smtp_peer.py", {"plain"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  const std::string long_line(2000, 'x');
  struct Row {
    std::string body;
    std::string part;
  };
  const Row rows[] = {
      {"a\\n.\\nb\\r\\n", "text/plain utf-8 - 7bit: a\\n.\\nb\\n"},
      {"", "text/plain utf-8 - 7bit: \\n"},
      {"mostly plain é = 1 ", "text/plain utf-8 - quoted-printable: mostly plain é = 1 \\n"},
      {long_line, "text/plain utf-8 - quoted-printable: " + long_line + "\\n"},
      {"日本語の本文です", "text/plain utf-8 - base64: 日本語の本文です\\n"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(message(mail(peer, R"("_type": "mail", "body": ")" + row.body +
                                     R"(", "subject": "s", "to": "a@x", "from": "b@x")")),
              "(no failure)");
    EXPECT_THAT(received(peer), Contains("part " + row.part));
  }
}

TEST_F(MailTest, SubjectsOfAnyLengthAndScriptArrive) {
  Peer peer("smtp_peer.py", {"plain"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word" + std::to_string(i) + " ";
  std::string kanji;
  for (int i = 0; i < 100; ++i) kanji += "件";
  for (const std::string& subject :
       {words + "end", kanji, "a " + kanji + " é", std::string("=?x?=")}) {
    mail(peer,
         R"("mail>": {"data": "x"}, "to": "a@x", "from": "b@x", "subject": ")" + subject + "\"");
    const std::vector<std::string> lines = peer.read_block();
    EXPECT_THAT(lines, Contains("header Subject: " + subject));
    for (const std::string& line : lines) {
      if (line.starts_with("raw ")) {
        EXPECT_LE(line.size(), 4 + 76u) << line;
      }
    }
  }
  // A line end would begin another header.
  mail(peer, R"("mail>": {"data": "x"}, "to": "a@x", "from": "b@x", "subject": "a\r\nX-B: c")");
  EXPECT_THAT(received(peer), Contains("header Subject: a  X-B: c"));
}

TEST_F(MailTest, BodyIsATemplateFileOrHtml) {
  Peer peer("smtp_peer.py", {"plain"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  project.write("body.html", "<p>${session_uuid_like}</p>");
  request.config.set("session_uuid_like", "1-2");
  mail(peer, R"("mail>": "body.html", "html": true, "subject": "s", "to": "a@x", "from": "b@x")");
  EXPECT_THAT(received(peer), Contains("part text/html utf-8 - 7bit: <p>1-2</p>\\n"));
}

TEST_F(MailTest, AttachmentsFollowTheText) {
  Peer peer("smtp_peer.py", {"plain"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  project.write("images/a.png", std::string("\x89PNG\r\n\0", 7));
  project.write("large.bin", std::string(300'000, '\xff'));
  mail(peer, std::string(kBasic) + R"(, "attach_files": [
       {"path": "images/a.png"},
       {"path": "images/a.png", "filename": "b \"q\".png", "content_type": "image/png"},
       {"path": "images/a.png", "filename": "図.png"},
       {"path": "large.bin"}])");
  std::string large;
  for (int i = 0; i < 300'000; ++i) large += "ff";
  std::vector<std::string> parts;
  for (std::string& line : received(peer)) {
    if (line.starts_with("part ")) parts.push_back(std::move(line));
  }
  EXPECT_THAT(parts, ElementsAre("part text/plain utf-8 - 7bit: hello\\n",
                                 "part application/octet-stream - a.png base64: 89504e470d0a00",
                                 "part image/png - b \"q\".png base64: 89504e470d0a00",
                                 "part application/octet-stream - 図.png base64: 89504e470d0a00",
                                 "part application/octet-stream - large.bin base64: " + large));
}

TEST_F(MailTest, UserSettingsComeFromSecretsToo) {
  Peer peer("smtp_peer.py", {"starttls", "auth"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  ASSERT_EQ(setenv("SSL_CERT_FILE", peer.read_line().c_str(), 1), 0);
  secret_store.values = {{"mail.host", "localhost"},
                         {"mail.port", std::to_string(peer.port())},
                         {"mail.username", "me"},
                         {"mail.password", "s3cret"}};
  const std::string task_json = "{" + std::string(kBasic) + R"(, "host": "no-such-host.invalid")";
  EXPECT_EQ(message(run(task_json + R"(, "debug": true})")), "(no failure)");
  EXPECT_THAT(received(peer), IsSupersetOf({"tls yes", "user me"}));
  EXPECT_THAT(lines("INFO"), Contains("[INFO] SMTP > (authentication)"));
  for (const std::string& line : log->lines) EXPECT_THAT(line, Not(HasSubstr("AG1lAHMzY3JldA")));

  secret_store.values["mail.tls"] = "false";
  EXPECT_EQ(message(run(task_json + "}")), "(no failure)");
  EXPECT_THAT(received(peer), Contains("tls no"));

  // A password that is no secret is not used.
  secret_store.values.erase("mail.password");
  EXPECT_THAT(message(run(task_json + R"(, "password": "s3cret"})")),
              HasSubstr("(authentication failed)"));
  EXPECT_THAT(lines("WARN"), ElementsAre("[WARN] Unsecure 'password' parameter is deprecated."));
  unsetenv("SSL_CERT_FILE");
}

TEST_F(MailTest, SystemSettingsAreNeverMixedWithTheUsers) {
  Peer peer("smtp_peer.py", {"plain", "auth"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  system_config = {{"config.mail.host", "localhost"},
                   {"config.mail.port", std::to_string(peer.port())},
                   {"config.mail.username", "me"},
                   {"config.mail.password", "s3cret"},
                   {"config.mail.from", "system@example.com"},
                   {"config.mail.subject", "shared"}};
  EXPECT_EQ(message(run(R"({"mail>": {"data": "x"}, "to": "a@x", "username": "other"})")),
            "(no failure)");
  EXPECT_THAT(received(peer), IsSupersetOf({"user me", "header From: system@example.com",
                                            "header Subject: shared"}));
  EXPECT_THAT(message(mail(peer, std::string(kBasic))), HasSubstr("530 5.7.0"));
  EXPECT_EQ(message(run("{" + std::string(kBasic) + R"(, "host": "localhost"})")),
            "Parameter 'port' is required but not set (config)");
}

TEST_F(MailTest, ChecksInOrder) {
  // Each task lacks what the next one has.
  const std::pair<const char*, const char*> cases[] = {
      {R"("_type": "mail")", "Parameter 'body' is required but not set (config)"},
      {R"("_type": "mail", "body": "x")", "Parameter 'subject' is required but not set (config)"},
      {R"("_type": "mail", "body": "x", "subject": "s")",
       "Parameter 'to' is required but not set (config)"},
      {R"("_type": "mail", "body": "x", "subject": "s", "to": "no address", "cc": "c@x")",
       "Expected array type for key 'cc' but got \"c@x\" (string) (config)"},
      {R"("_type": "mail", "body": "x", "subject": "s", "to": "no address", "bcc": "c@x")",
       "Expected array type for key 'bcc' but got \"c@x\" (string) (config)"},
      {R"("_type": "mail", "body": "x", "subject": "s", "to": "no address")",
       "Missing SMTP configuration"},
      {R"("_type": "mail", "body": "x", "subject": "s", "to": "no address", "host": "h")",
       "Parameter 'port' is required but not set (config)"},
      {R"("_type": "mail", "body": "x", "subject": "s", "to": "no address", "host": "h",
          "port": 1)",
       "Parameter 'from' is required but not set (config)"},
      {R"("_type": "mail", "body": "x", "subject": "s", "to": "no address", "host": "h", "port": 1,
          "from": "a@x", "attach_files": [{}])",
       "Invalid address (config)"},
      {R"("_type": "mail", "body": "x", "subject": "s", "to": "a@x", "host": "h", "port": 1,
          "from": "a@x", "attach_files": [{}])",
       "Parameter 'path' is required but not set (config)"},
  };
  for (const auto& [options_json, text] : cases) {
    EXPECT_EQ(message(run("{" + std::string(options_json) + "}")), text) << options_json;
  }
}

TEST_F(MailTest, FilesMustBeInTheProject) {
  const auto failure = [&](const std::string& options_json) {
    return message(run(R"({"subject": "s", "to": "a@x", "from": "a@x", "host": "h", "port": 1, )" +
                       options_json + "}"));
  };
  const std::string root = project.path().string();
  EXPECT_EQ(failure(R"("mail>": "nope.txt")"), "File not found: " + root + "/nope.txt (config)");
  const std::string outside =
      "File name must not be outside of project path (" + root + "): ../x: ../x (config)";
  EXPECT_EQ(failure(R"("mail>": "../x")"), outside);
  EXPECT_EQ(failure(R"("mail>": {"data": "x"}, "attach_files": [{"path": "../x"}])"), outside);
  std::filesystem::create_directory(project.path() / "d");
  EXPECT_EQ(failure(R"("mail>": {"data": "x"}, "attach_files": [{"path": "d"}])"),
            "Failed to read file: d: class java.io.IOException (config)");
  EXPECT_EQ(failure(R"("mail>": {"data": "x"}, "attach_files": [{"path": "nope"}])"),
            "File not found: " + root + "/nope (config)");
}

TEST_F(MailTest, SystemSettingsAreNotParameters) {
  system_config = {{"config.mail.password", "s3cret"}};
  project.write("body.txt", "${config.mail.password}");
  const std::string text = message(run(R"({"mail>": "body.txt", "subject": "s", "to": "a@x"})"));
  EXPECT_THAT(text, StartsWith("Failed to evaluate a variable ${config.mail.password} ("));
  EXPECT_THAT(text, HasSubstr(" is not defined) in body.txt (config)"));
}

TEST_F(MailTest, DeliveryFailuresAreExpected) {
  EXPECT_EQ(message(run("{" + std::string(kBasic) + R"(, "host": "127.0.0.1", "port": 1})")),
            "Couldn't connect to host, port: 127.0.0.1, 1; timeout 10000 (mail connect)");
  EXPECT_EQ(message(run(R"({"mail>": {"data": "x"}, "subject": "s", "from": "b@x", "to": [],
                            "host": "127.0.0.1", "port": 1})")),
            "No recipient addresses (send failed)");
  Peer peer("smtp_peer.py", {"plain"});
  MOGURA_SKIP_WITHOUT_MAIL_SERVER(peer);
  peer.read_line();
  EXPECT_EQ(message(mail(peer, R"("mail>": {"data": "x"}, "subject": "s", "from": "b@x",
                               "to": ["a@x", "refused@example.com"])")),
            "550 5.7.1 no such mailbox (messaging)");
}

}  // namespace
}  // namespace mogura::operators
