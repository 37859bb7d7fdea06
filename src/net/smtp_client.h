// Sending mail through libcurl's SMTP.
//
//   send_mail({.host = "mail.example.com", .port = 587}, {.from = "me@example.com", ...});
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mogura::net {

enum class SmtpSecurity { none, starttls_if_offered, tls };

struct SmtpServer {
  std::string host;
  int port = 25;
  SmtpSecurity security = SmtpSecurity::starttls_if_offered;
  bool verify_host = true;  // the name in the certificate; the certificate itself is always checked
  std::string username;     // empty: no authentication
  std::string password;
  std::string helo_name;                              // empty: this machine's host name
  std::chrono::milliseconds connect_timeout{10'000};  // of the TCP connection
  std::chrono::seconds io_timeout{60};                // of one answer, or of a stalled upload
  /// Receives each line of the conversation as "> EHLO me" or "< 250 ok", without what
  /// authenticates and without the message. Must not throw.
  std::function<void(std::string_view line)> trace;
};

struct SmtpMessage {
  std::string from;                     // the bare address of the envelope
  std::vector<std::string> recipients;  // bare addresses, also those that no header shows
  std::string content;                  // headers and body, every line ended by CRLF
};

/// Delivers the message to all recipients or, as far as the server can tell, to none. `canceled`,
/// if any, is asked about once a second; true gives up. Throws Error of kind "mail connect"
/// ("Couldn't connect to host, port: H, P; timeout MS"), "authentication failed" and "messaging",
/// with the server's answer where there is one.
void send_mail(const SmtpServer& server, const SmtpMessage& message,
               const std::function<bool()>& canceled = {});

}  // namespace mogura::net
