#include "cli/notification_senders.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "cli/base64.h"
#include "cli/files.h"
#include "command/local.h"
#include "net/http_client.h"
#include "net/smtp_client.h"
#include "process/supervisor.h"
#include "template/template.h"
#include "value/config.h"
#include "value/json.h"

extern char** environ;

namespace mogura::cli {
namespace {

constexpr std::int64_t kDefaultShellTimeoutMs = 30'000;

class HttpSender : public NotificationSender {
 public:
  explicit HttpSender(const Object& config) {
    static constexpr std::string_view kHeaderPrefix = "notification.http.headers.";
    request_.url = value::get_text(config, "notification.http.url");
    request_.method = value::find_text(config, "notification.http.method").value_or("POST");
    request_.headers.emplace_back("Content-Type", "application/json");
    for (const auto& [key, setting] : config) {
      if (key.starts_with(kHeaderPrefix)) {
        request_.headers.emplace_back(key.substr(kHeaderPrefix.size()), setting.as_text());
      }
    }
  }

  void send(const Object& notification) override {
    net::HttpRequest request = request_;
    request.body = value::to_json(notification);
    const net::HttpResponse response = net::http_exchange(request);
    if (response.status < 200 || response.status > 299) {
      throw Error("notification", "Notification HTTP request failed: " + request.url + ": " +
                                      std::to_string(response.status));
    }
  }

 private:
  net::HttpRequest request_;
};

class MailSender : public NotificationSender {
 public:
  explicit MailSender(const Object& config)
      : from_(value::get_text(config, "notification.mail.from")),
        to_(addresses(config, "to")),
        cc_(addresses(config, "cc")),
        bcc_(addresses(config, "bcc")),
        subject_(
            value::find_text(config, "notification.mail.subject").value_or("Digdag Notification")),
        is_html_(value::find_boolean(config, "notification.mail.html").value_or(false)) {
    value::get(config, "notification.mail.to");
    server_.host = value::get_text(config, "notification.mail.host");
    server_.port = value::get_int(config, "notification.mail.port");
    server_.username = value::find_text(config, "notification.mail.username").value_or("");
    server_.password = value::find_text(config, "notification.mail.password").value_or("");
    const bool tls = value::find_boolean(config, "notification.mail.tls").value_or(true);
    const bool ssl = value::find_boolean(config, "notification.mail.ssl").value_or(false);
    server_.security = ssl   ? net::SmtpSecurity::tls
                       : tls ? net::SmtpSecurity::starttls_if_offered
                             : net::SmtpSecurity::none;
    if (const auto path = value::find_text(config, "notification.mail.body_template_file")) {
      body_template_ = read_file(*path);
    }
  }

  void send(const Object& notification) override {
    net::SmtpMessage message;
    message.from = from_;
    for (const auto* list : {&to_, &cc_, &bcc_}) {
      message.recipients.insert(message.recipients.end(), list->begin(), list->end());
    }
    message.content = headers() + wrapped(to_base64(body(notification)));
    net::send_mail(server_, message);
  }

 private:
  static constexpr std::string_view kDefaultBody =
      "Workflow: ${workflow_name}\nProject: ${project_name}\nSession time: ${session_time}\n"
      "Task: ${task_name}\nTime: ${timestamp}\n\n${message}\n";

  static std::vector<std::string> addresses(const Object& config, std::string_view field) {
    std::vector<std::string> list;
    std::string text =
        value::find_text(config, "notification.mail." + std::string(field)).value_or("");
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of(", ", at), text.size());
      if (end > at) list.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return list;
  }

  std::string body(const Object& notification) const {
    return templates_.evaluate(body_template_, notification);
  }

  std::string headers() const {
    std::string text = "From: " + from_ + "\r\n";
    text += list_header("To", to_) + list_header("Cc", cc_);
    text += "Subject: =?UTF-8?B?" + to_base64(subject_) + "?=\r\n";
    text += "MIME-Version: 1.0\r\nContent-Type: ";
    text += is_html_ ? "text/html" : "text/plain";
    return text + "; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  }

  static std::string list_header(std::string_view name, const std::vector<std::string>& list) {
    if (list.empty()) return "";
    std::string text = std::string(name) + ": ";
    for (const std::string& address : list) text += (&address == &list[0] ? "" : ", ") + address;
    return text + "\r\n";
  }

  static std::string wrapped(std::string_view base64) {
    static constexpr std::size_t kLineLength = 76;  // RFC 2045
    std::string text;
    for (std::size_t at = 0; at < base64.size(); at += kLineLength) {
      text += base64.substr(at, kLineLength);
      text += "\r\n";
    }
    return text;
  }

  const std::string from_;
  const std::vector<std::string> to_;
  const std::vector<std::string> cc_;
  const std::vector<std::string> bcc_;
  const std::string subject_;
  const bool is_html_;
  net::SmtpServer server_;
  std::string body_template_{kDefaultBody};
  const tmpl::Evaluator templates_;
};

/// A file that is gone with its owner.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content) {
    std::string name =
        (std::filesystem::temp_directory_path() / "mogura-notification-XXXXXX").string();
    const UniqueFd fd(::mkstemp(name.data()));
    if (!fd) throw Error("io", name + ": " + std::strerror(errno));
    path_ = name;
    write_file(path_, content, Durability::replaced_in_place);
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class ShellSender : public NotificationSender {
 public:
  explicit ShellSender(const Object& config)
      : command_(value::get_text(config, "notification.shell.command")),
        timeout_(value::find_long(config, "notification.shell.timeout")
                     .value_or(kDefaultShellTimeoutMs)) {}

  void send(const Object& notification) override {
    // Children have no standard input of their own: the shell opens it.
    const TemporaryFile input(value::to_json(notification));
    Outcome outcome;
    process::Supervisor supervisor({.kill_grace = std::chrono::milliseconds{0}});
    supervisor.start();
    supervisor.spawn(
        {.argv = {"/bin/sh", "-c", "exec /bin/sh -c \"$1\" < \"$2\"", "sh", command_, input.path()},
         .environment = command::read_environment(environ),
         .directory = std::filesystem::current_path()},
        {.output = [](std::string_view) {}, .exited = [&](int status) { outcome.set(status); }});
    const std::optional<int> status = outcome.wait(timeout_);
    supervisor.stop();
    if (!status) throw Error("notification", "Notification shell command timed out: " + command_);
    if (*status != 0) {
      throw Error("notification", "Notification shell command failed: " + command_);
    }
  }

 private:
  /// A child's exit status, once it is there.
  class Outcome {
   public:
    void set(int status) {
      {
        MutexLock lock(mutex_);
        status_ = status;
      }
      changed_.notify_all();
    }
    std::optional<int> wait(std::chrono::milliseconds limit) {
      const auto deadline = std::chrono::steady_clock::now() + limit;
      MutexLock lock(mutex_);
      while (!status_ && std::chrono::steady_clock::now() < deadline) {
        changed_.wait_until(mutex_, deadline);
      }
      return status_;
    }

   private:
    Mutex mutex_;
    Condition changed_;
    std::optional<int> status_ MOGURA_GUARDED_BY(mutex_);
  };

  const std::string command_;
  const std::chrono::milliseconds timeout_;
};

}  // namespace

std::unique_ptr<NotificationSender> http_sender(const Object& config) {
  return std::make_unique<HttpSender>(config);
}

std::unique_ptr<NotificationSender> mail_sender(const Object& config) {
  return std::make_unique<MailSender>(config);
}

std::unique_ptr<NotificationSender> shell_sender(const Object& config) {
  return std::make_unique<ShellSender>(config);
}

}  // namespace mogura::cli
