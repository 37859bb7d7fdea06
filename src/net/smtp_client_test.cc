#include "net/smtp_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "net/testing/peer.h"

namespace mogura::net {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using testing::Peer;

/// A mail server with a certificate that this program trusts while it lives.
struct MailPeer {
  explicit MailPeer(const std::vector<std::string>& arguments) : peer("smtp_peer.py", arguments) {
    if (!peer.missing().empty()) return;
    setenv("SSL_CERT_FILE", peer.read_line().c_str(), 1);
    server.host = "localhost";
    server.port = peer.port();
    server.helo_name = "client.example";
  }
  ~MailPeer() { unsetenv("SSL_CERT_FILE"); }

  Peer peer;
  SmtpServer server;
};

#define MOGURA_SKIP_WITHOUT(peer) \
  if (!(peer).missing().empty()) GTEST_SKIP() << (peer).missing()

const SmtpMessage kMessage{.from = "me@example.com",
                           .recipients = {"a@example.com", "b@example.com"},
                           .content = "Subject: s\r\n\r\nhello\r\n"};

Error failure_of(const SmtpServer& server, const SmtpMessage& message = kMessage) {
  try {
    send_mail(server, message);
  } catch (const Error& error) {
    return error;
  }
  return Error("none", "delivered");
}

TEST(SmtpClient, DeliversToAllRecipients) {
  MailPeer mail({"plain"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  send_mail(mail.server, kMessage);
  EXPECT_THAT(mail.peer.read_block(),
              ElementsAre("ehlo client.example", "tls no", "user -", "from me@example.com",
                          "to a@example.com", "to b@example.com", "header Subject: s",
                          "part text/plain - - -: 68656c6c6f0d0a", "raw Subject: s", "raw ",
                          "raw hello", "raw "));
}

TEST(SmtpClient, NamesThisMachineByDefault) {
  MailPeer mail({"plain"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  mail.server.helo_name.clear();
  send_mail(mail.server, kMessage);
  std::string name(256, '\0');
  gethostname(name.data(), name.size());
  EXPECT_EQ(mail.peer.read_line(), "ehlo " + std::string(name.c_str()));
}

TEST(SmtpClient, UsesStartTlsWhereOffered) {
  MailPeer mail({"starttls"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  send_mail(mail.server, kMessage);
  EXPECT_THAT(mail.peer.read_block(), Contains("tls yes"));
  mail.server.security = SmtpSecurity::none;
  send_mail(mail.server, kMessage);
  EXPECT_THAT(mail.peer.read_block(), Contains("tls no"));
}

TEST(SmtpClient, UsesTlsFromTheStart) {
  MailPeer mail({"tls"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  mail.server.security = SmtpSecurity::tls;
  send_mail(mail.server, kMessage);
  EXPECT_THAT(mail.peer.read_block(), Contains("tls yes"));
}

TEST(SmtpClient, ChecksCertificateAndName) {
  MailPeer mail({"starttls"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  mail.server.host = "127.0.0.1";
  EXPECT_THAT(failure_of(mail.server).message(), HasSubstr("127.0.0.1"));
  mail.server.verify_host = false;
  send_mail(mail.server, kMessage);
  EXPECT_THAT(mail.peer.read_block(), Contains("tls yes"));
  unsetenv("SSL_CERT_FILE");
  EXPECT_THAT(failure_of(mail.server).message(), HasSubstr("certificate"));
}

TEST(SmtpClient, AuthenticatesOnlyWithAUserName) {
  MailPeer mail({"starttls", "auth"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  EXPECT_THAT(failure_of(mail.server).message(), HasSubstr("530 5.7.0"));

  mail.server.username = "me";
  mail.server.password = "s3cret";
  send_mail(mail.server, kMessage);
  EXPECT_THAT(mail.peer.read_block(), IsSupersetOf({"user me", "tls yes"}));

  mail.server.password = "wrong";
  const Error error = failure_of(mail.server);
  EXPECT_EQ(error.kind(), "authentication failed");
  EXPECT_THAT(error.message(), HasSubstr("535 5.7.8"));
}

TEST(SmtpClient, TraceHidesWhatAuthenticates) {
  MailPeer mail({"plain", "auth"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  mail.server.username = "me";
  mail.server.password = "s3cret";
  std::vector<std::string> lines;
  mail.server.trace = [&](std::string_view line) { lines.emplace_back(line); };
  send_mail(mail.server, kMessage);
  EXPECT_THAT(lines, IsSupersetOf({"> EHLO client.example", "> (authentication)",
                                   "> RCPT TO:<a@example.com>", "< 250 2.0.0 queued"}));
  for (const std::string& line : lines) {
    EXPECT_THAT(line, Not(HasSubstr("AG1lAHMzY3JldA"))) << "base64 of the password";
    EXPECT_THAT(line, Not(HasSubstr("s3cret")));
    EXPECT_THAT(line, Not(HasSubstr("hello")));
  }
}

TEST(SmtpClient, LinesArriveAsTheyWere) {
  MailPeer mail({"plain"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  // Dots at the starts of lines at every distance from the ends of curl's buffers, the mark of the
  // end inside of the text, and a line as long as SMTP allows.
  std::vector<std::string> expected{"Subject: s", "", ".", "..", ".x", "." + std::string(997, 'y')};
  for (std::size_t length = 0; length < 600; ++length) {
    expected.push_back("." + std::string(length, 'z'));
    expected.emplace_back(".");
  }
  SmtpMessage message = kMessage;
  message.content.clear();
  for (const std::string& line : expected) message.content += line + "\r\n";
  send_mail(mail.server, message);

  std::vector<std::string> raw;
  for (const std::string& line : mail.peer.read_block()) {
    if (line.starts_with("raw ")) raw.push_back(line.substr(4));
  }
  expected.emplace_back("");  // after the last line end
  EXPECT_EQ(raw, expected);
}

TEST(SmtpClient, RefusalsCarryTheServersAnswer) {
  MailPeer mail({"plain"});
  MOGURA_SKIP_WITHOUT(mail.peer);
  SmtpMessage message = kMessage;
  message.recipients.emplace_back("refused@example.com");
  EXPECT_EQ(failure_of(mail.server, message).text(), "550 5.7.1 no such mailbox (messaging)");
  message = kMessage;
  message.from = "refused@example.com";
  EXPECT_EQ(failure_of(mail.server, message).text(), "550 5.7.1 no such sender (messaging)");
}

TEST(SmtpClient, SaysWhereItCannotConnect) {
  const Error refused = failure_of({.host = "127.0.0.1", .port = 1});
  EXPECT_EQ(refused.text(),
            "Couldn't connect to host, port: 127.0.0.1, 1; timeout 10000 (mail connect)");
  ASSERT_EQ(refused.causes().size(), 1u);
  EXPECT_EQ(refused.causes()[0].message(), "Connection refused");
  EXPECT_EQ(failure_of({.host = "no-such-host.invalid"}).text(),
            "Unknown SMTP host: no-such-host.invalid (messaging)");
}

TEST(SmtpClient, SilentServersTimeOut) {
  Peer http("http_peer.py", {"http"});  // waits for a request, and so says nothing
  SmtpServer server{.host = "127.0.0.1", .port = http.port()};
  server.connect_timeout = std::chrono::milliseconds(100);
  server.io_timeout = std::chrono::seconds(1);
  EXPECT_EQ(failure_of(server).kind(), "messaging");
}

TEST(SmtpClient, GivesUpWhenCanceled) {
  Peer http("http_peer.py", {"http"});
  const SmtpServer server{.host = "127.0.0.1", .port = http.port()};
  try {
    send_mail(server, kMessage, [] { return true; });
    FAIL() << "delivered to a silent server";
  } catch (const Error& error) {
    EXPECT_NE(error.kind(), "");
  }
}

}  // namespace
}  // namespace mogura::net
