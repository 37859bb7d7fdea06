#include "net/smtp_client.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "net/curl_handle.h"

namespace mogura::net {
namespace {

using SmtpClock = std::chrono::steady_clock;

std::string own_host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

/// smtp://host:port/helo_name; the path is how libcurl takes the name for EHLO.
std::string server_url(const SmtpServer& server) {
  const std::string name = server.helo_name.empty() ? own_host_name() : server.helo_name;
  const std::unique_ptr<char, decltype(&curl_free)> escaped(
      curl_easy_escape(nullptr, name.c_str(), static_cast<int>(name.size())), &curl_free);
  const bool bare_ipv6 = server.host.find(':') != std::string::npos && server.host[0] != '[';
  const std::string host = bare_ipv6 ? "[" + server.host + "]" : server.host;
  const std::string scheme = server.security == SmtpSecurity::tls ? "smtps://" : "smtp://";
  return scheme + host + ":" + std::to_string(server.port) + "/" + (escaped ? escaped.get() : "");
}

/// Follows the conversation: remembers the server's last answer, passes the lines on, and hides
/// what the client says while it authenticates.
class Conversation {
 public:
  explicit Conversation(const SmtpServer& server) : server_(server) {}

  const std::string& last_answer() const { return last_answer_; }

  static std::size_t on_answer(char* data, std::size_t size, std::size_t count, void* self) {
    static_cast<Conversation*>(self)->read_answer({data, size * count});
    return size * count;
  }
  static int on_trace(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
    auto& conversation = *static_cast<Conversation*>(self);
    if (type == CURLINFO_HEADER_OUT) conversation.trace_command({data, size});
    if (type == CURLINFO_HEADER_IN) conversation.trace_answer({data, size});
    return 0;
  }

 private:
  static std::string_view without_line_end(std::string_view line) {
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  void read_answer(std::string_view line) {
    line = without_line_end(line);
    // The answer to QUIT, which libcurl sends after a failure as well, says nothing about it.
    if (line.starts_with("221")) return;
    // The lines of one answer but the last have a dash after their code: "250-SIZE".
    if (!continues_) last_answer_.clear();
    if (!last_answer_.empty()) last_answer_ += '\n';
    last_answer_ += line;
    continues_ = line.size() > 3 && line[3] == '-';
  }

  void trace_command(std::string_view line) {
    line = without_line_end(line);
    if (line.starts_with("AUTH ")) authenticating_ = true;
    server_.trace(authenticating_ ? "> (authentication)" : "> " + std::string(line));
  }

  void trace_answer(std::string_view line) {
    line = without_line_end(line);
    const bool challenge = line.starts_with("334");
    if (!challenge) authenticating_ = false;
    server_.trace(challenge ? "< 334 (authentication)" : "< " + std::string(line));
  }

  const SmtpServer& server_;
  std::string last_answer_;
  bool continues_ = false;
  bool authenticating_ = false;
};

/// Hands the message to libcurl piece by piece.
struct Upload {
  std::string_view rest;

  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* self) {
    std::string_view& rest = static_cast<Upload*>(self)->rest;
    const std::size_t bytes = std::min(size * count, rest.size());
    std::memcpy(to, rest.data(), bytes);
    rest.remove_prefix(bytes);
    return bytes;
  }
};

void configure_session(CurlHandle& curl, const SmtpServer& server) {
  const auto seconds = static_cast<long>(server.io_timeout.count());
  const auto limit = server.connect_timeout +
                     std::chrono::duration_cast<std::chrono::milliseconds>(server.io_timeout);
  curl.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl.set(CURLOPT_URL, server_url(server).c_str());
  // libcurl counts the greeting, TLS and authentication as connecting; a server may be slow there.
  curl.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limit.count()));
  curl.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, seconds);
  curl.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl.set(CURLOPT_LOW_SPEED_TIME, seconds);
  curl.set_verification(true, server.verify_host);
  if (server.security == SmtpSecurity::starttls_if_offered) {
    curl.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
  }
  if (!server.username.empty()) {
    curl.set(CURLOPT_USERNAME, server.username.c_str());
    curl.set(CURLOPT_PASSWORD, server.password.c_str());
    // Only those that need nothing but name and password.
    curl.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5;AUTH=DIGEST-MD5");
  }
}

Error delivery_error(const SmtpServer& server, CURLcode code, const CurlHandle& curl,
                     const std::string& answer) {
  const std::string target = server.host + ", " + std::to_string(server.port);
  if (code == CURLE_COULDNT_RESOLVE_HOST) {
    return Error("messaging", "Unknown SMTP host: " + server.host);
  }
  const bool connected = curl.microseconds(CURLINFO_CONNECT_TIME_T) > 0;
  if (!connected) {
    return Error("mail connect",
                 "Couldn't connect to host, port: " + target + "; timeout " +
                     std::to_string(server.connect_timeout.count()),
                 {Error("io", curl.failure(code))});
  }
  if (code == CURLE_ABORTED_BY_CALLBACK) return Error("messaging", "canceled");
  const bool refused = answer.starts_with('4') || answer.starts_with('5');
  if (code == CURLE_LOGIN_DENIED) {
    return Error("authentication failed", refused ? answer : curl.failure(code));
  }
  if (refused) return Error("messaging", answer);
  return Error("messaging",
               server.host + ":" + std::to_string(server.port) + ": " + curl.failure(code));
}

}  // namespace

void send_mail(const SmtpServer& server, const SmtpMessage& message,
               const std::function<bool()>& canceled) {
  CurlHandle curl;
  Conversation conversation(server);
  Upload upload{message.content};
  CurlList recipients;
  for (const std::string& recipient : message.recipients) recipients.append("<" + recipient + ">");

  configure_session(curl, server);
  curl.set(CURLOPT_HEADERFUNCTION, &Conversation::on_answer);
  curl.set(CURLOPT_HEADERDATA, &conversation);
  if (server.trace) {
    curl.set(CURLOPT_DEBUGFUNCTION, &Conversation::on_trace);
    curl.set(CURLOPT_DEBUGDATA, &conversation);
    curl.set(CURLOPT_VERBOSE, 1L);
  }
  curl.set(CURLOPT_MAIL_FROM, ("<" + message.from + ">").c_str());
  curl.set(CURLOPT_MAIL_RCPT, recipients.get());
  curl.set(CURLOPT_UPLOAD, 1L);
  curl.set(CURLOPT_READFUNCTION, &Upload::on_read);
  curl.set(CURLOPT_READDATA, &upload);

  const auto connect_deadline = SmtpClock::now() + server.connect_timeout;
  const CURLcode code = curl.perform({.give_up = [&] {
    const bool connecting = curl.microseconds(CURLINFO_CONNECT_TIME_T) == 0;
    if (connecting && SmtpClock::now() > connect_deadline) return true;
    return canceled && canceled();
  }});
  if (code != CURLE_OK) throw delivery_error(server, code, curl, conversation.last_answer());
}

}  // namespace mogura::net
