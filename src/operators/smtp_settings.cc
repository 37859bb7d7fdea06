#include "operators/smtp_settings.h"

#include "value/config.h"

namespace mogura::operators {

net::SmtpServer smtp_server(const Object& settings, const std::string& prefix, const Logger& log) {
  const auto flag = [&](const std::string& key, bool otherwise) {
    return value::find_boolean(settings, prefix + key).value_or(otherwise);
  };
  net::SmtpServer server;
  server.host = value::get_text(settings, prefix + "host");
  server.port = value::get_int(settings, prefix + "port");
  server.username = value::find_text(settings, prefix + "username").value_or("");
  server.password = value::find_text(settings, prefix + "password").value_or("");
  const bool tls = flag("tls", true);
  server.security = flag("ssl", false) ? net::SmtpSecurity::tls
                    : tls              ? net::SmtpSecurity::starttls_if_offered
                                       : net::SmtpSecurity::none;
  if (flag("debug", false)) {
    server.trace = [&log](std::string_view line) { log.info("SMTP {}", line); };
  }
  return server;
}

}  // namespace mogura::operators
