#include "secrets/secrets.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "cli/client/lookups.h"
#include "cli/client/report.h"
#include "cli/client/server_api.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/secret_words.h"
#include "cli/system_config.h"

namespace mogura::cli {
namespace {

/// Keeps what is typed from being shown, while it lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd), is_terminal_(::tcgetattr(fd, &before_) == 0) {
    if (!is_terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    if (is_terminal_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  const int fd_;
  termios before_{};
  const bool is_terminal_;
};

/// Up to the end of the line or of the input.
std::string read_secret_line(int fd) {
  std::string line;
  char next = 0;
  while (::read(fd, &next, 1) == 1 && next != '\n') line += next;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// Asks on the terminal; without one, the line comes from standard input.
std::string ask_for_secret(Console& console, const std::string& key) {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  const int fd = terminal ? terminal.get() : STDIN_FILENO;
  console.err(key + ":");
  std::string secret;
  {
    const SilentTerminal silent(fd);
    secret = read_secret_line(fd);
  }
  console.err("\n");
  if (secret.empty()) throw Error("", "No value was given for secret '" + key + "'");
  return secret;
}

SecretSources secret_sources(const Invocation& invocation) {
  return {
      .file = [](const std::string& path) { return read_file(path); },
      .input = [] { return read_descriptor(STDIN_FILENO, "standard input"); },
      .prompt = [&](const std::string& key) { return ask_for_secret(invocation.console, key); }};
}

void change_local_secrets(const Invocation& invocation, const secrets::LocalSecretFiles& files) {
  for (const auto& [key, secret] :
       read_secret_words(invocation.arguments.words("--set"), secret_sources(invocation))) {
    files.set(key, secret);
    invocation.hint("Secret '" + key + "' set");
  }
  const std::vector<std::string> doomed = invocation.arguments.words("--delete");
  check_keys_to_delete(doomed);
  for (const std::string& key : doomed) {
    files.remove(key);
    invocation.hint("Secret '" + key + "' deleted");
  }
}

/// What the server says against changing a secret (cli.md §14.18).
Error change_refused(const Invocation& invocation, const char* change, const Refusal& refusal) {
  if (invocation.program.is_mogura()) return refusal;
  return {"web application",
          std::string("Failed to ") + change + " project secret: " + refusal.message()};
}

void set_project_secrets(const Invocation& invocation, const ServerApi& server,
                         const Object& project, const Secrets& secrets) {
  for (const auto& [key, secret] : secrets) {
    try {
      server.send("PUT", project_path(project, "/secrets/" + path_part(key)), {},
                  Value(Object{{"value", secret}}));
    } catch (const Refusal& refusal) {
      throw change_refused(invocation, "set", refusal);
    }
    invocation.hint("Secret '" + key + "' set");
  }
}

void delete_project_secrets(const Invocation& invocation, const ServerApi& server,
                            const Object& project, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    try {
      server.send("DELETE", project_path(project, "/secrets/" + path_part(key)));
    } catch (const Refusal& refusal) {
      throw change_refused(invocation, "delete", refusal);
    }
    invocation.hint("Secret '" + key + "' deleted");
  }
}

/// All words are read and checked before the server is asked for anything.
int run_project_secrets(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const std::vector<std::string> doomed = arguments.words("--delete");
  check_keys_to_delete(doomed);
  const Secrets secrets = read_secret_words(arguments.words("--set"), secret_sources(invocation));
  ServerApi server(invocation);
  server.check_version();
  const Object project = find_project(server, arguments.text_or("--project", ""));
  if (arguments.has("--set")) {
    set_project_secrets(invocation, server, project, secrets);
  } else if (arguments.has("--delete")) {
    delete_project_secrets(invocation, server, project, doomed);
  } else {
    const Value answer = server.get(project_path(project, "/secrets"), {}, RefusalText::body);
    if (prints_json(invocation)) return print_json(invocation, answer);
    for (const Value& secret : list_in(answer, "secrets")) {
      invocation.print(text_in(object_in(secret), "key"));
    }
  }
  return kSuccess;
}

}  // namespace

int run_secrets(const Invocation& invocation) {
  require_positionals(invocation, 0, 0);
  const Arguments& arguments = invocation.arguments;
  if (!arguments.has("--local") && !arguments.has("--project")) {
    throw UsageError("Please specify either --project or --local");
  }
  if (arguments.has("--set") && arguments.has("--delete")) {
    throw UsageError("Please specify only one of --set or --delete");
  }
  if (!arguments.has("--local")) return run_project_secrets(invocation);
  const secrets::LocalSecretFiles files(config_home() / "secrets");
  if (arguments.has("--set") || arguments.has("--delete")) {
    change_local_secrets(invocation, files);
  } else {
    for (const std::string& key : files.list()) invocation.print(key);
  }
  return kSuccess;
}

}  // namespace mogura::cli
