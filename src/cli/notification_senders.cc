#include "cli/notification_senders.h"

#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "cli/files.h"
#include "command/local.h"
#include "net/http_client.h"
#include "process/supervisor.h"
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
    bool has_type = false;
    for (const auto& [key, setting] : config) {
      if (!key.starts_with(kHeaderPrefix)) continue;
      const std::string name = key.substr(kHeaderPrefix.size());
      has_type = has_type || ::strcasecmp(name.c_str(), "Content-Type") == 0;
      request_.headers.emplace_back(name, setting.as_text());
    }
    if (!has_type) request_.headers.emplace_back("Content-Type", "application/json");
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

std::unique_ptr<NotificationSender> shell_sender(const Object& config) {
  return std::make_unique<ShellSender>(config);
}

}  // namespace mogura::cli
