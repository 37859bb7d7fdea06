#include "cli/notification_senders.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/unique_fd.h"
#include "cli/base64.h"
#include "cli/files.h"
#include "net/http_client.h"
#include "net/smtp_client.h"
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

class ShellSender : public NotificationSender {
 public:
  explicit ShellSender(const Object& config)
      : command_(value::get_text(config, "notification.shell.command")),
        timeout_(value::find_long(config, "notification.shell.timeout")
                     .value_or(kDefaultShellTimeoutMs)) {}

  void send(const Object& notification) override {
    const pid_t child = spawn(input_with(value::to_json(notification)));
    if (!wait(child)) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      throw Error("notification", "Notification shell command timed out: " + command_);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      throw Error("notification", "Notification shell command failed: " + command_);
    }
  }

 private:
  static UniqueFd input_with(const std::string& text) {
    UniqueFd file(::memfd_create("notification", MFD_CLOEXEC));
    if (!file ||
        ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
      throw Error("io", std::strerror(errno));
    }
    return file;
  }

  pid_t spawn(const UniqueFd& input) const {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
      ::posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0);
    }
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::string shell = "/bin/sh";
    std::string option = "-c";
    std::string command = command_;
    char* const argv[] = {shell.data(), option.data(), command.data(), nullptr};
    pid_t child = -1;
    const int error = ::posix_spawn(&child, shell.c_str(), &actions, &attributes, argv, environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw Error("io", shell + ": " + std::strerror(error));
    return child;
  }

  /// Whether the child ended in time.
  bool wait(pid_t child) const {
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (!process) return true;  // waitpid() waits then
    pollfd ended{process.get(), POLLIN, 0};
    int ready = 0;
    do {
      ready = ::poll(&ended, 1, static_cast<int>(timeout_.count()));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
  }

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
