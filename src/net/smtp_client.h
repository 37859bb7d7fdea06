// Sending mail through libcurl's SMTP.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"

namespace mogura::net {

enum class SmtpSecurity { none, starttls_if_offered, tls };

struct SmtpServer {
  std::string host;
  int port = 25;
  SmtpSecurity security = SmtpSecurity::starttls_if_offered;
  std::string username;  // empty: no authentication
  std::string password;
  std::string helo_name;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds io_timeout{60'000};
};

/// Delivers a message to all recipients. Throws Error of kind "messaging" with the server's answer.
void send_mail(const SmtpServer& server, const std::string& envelope_from,
               const std::vector<std::string>& recipients, const std::string& message);

}  // namespace mogura::net
