#include "process/exec_plan.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <unordered_set>

#include "base/unique_fd.h"

namespace mogura::process {
namespace {

/// Where programs are looked for when the child has no PATH.
constexpr std::string_view kDefaultPath = "/bin:/usr/bin";

/// A program that somebody has just written cannot be executed (ETXTBSY) while another child that
/// is about to start still holds it open, which passes in microseconds.
constexpr int kBusyAttempts = 100;
constexpr timespec kBusyPause{.tv_sec = 0, .tv_nsec = 1'000'000};

/// How much of a file the kernel reads to find its interpreter (BINPRM_BUF_SIZE).
constexpr std::size_t kInterpreterLineBytes = 256;

std::string cannot_run(const SpawnRequest& request) {
  if (request.argv.empty()) return "Cannot run an empty command";
  std::string text = fmt::format("Cannot run program \"{}\"", request.argv.front());
  if (!request.directory.empty()) {
    text += fmt::format(" (in directory \"{}\")", request.directory.native());
  }
  return text;
}

void check_request(const SpawnRequest& request) {
  const auto refuse = [&](std::string_view cause) {
    throw Error("io", fmt::format("{}: {}", cannot_run(request), cause));
  };
  const auto has_nul = [](std::string_view text) { return text.contains('\0'); };
  if (request.argv.empty()) throw Error("io", cannot_run(request));
  // A command line may hold secrets: neither arguments nor values are shown.
  if (std::ranges::any_of(request.argv, has_nul)) refuse("its command line holds a NUL character");
  if (has_nul(request.directory.native())) refuse("the directory's name holds a NUL character");
  for (const auto& [name, value] : request.environment) {
    if (name.empty() || name.contains('=') || has_nul(name)) {
      refuse(fmt::format("\"{}\" cannot be the name of an environment variable", name));
    }
    if (has_nul(value)) {
      refuse(fmt::format("the environment variable \"{}\" holds a NUL character", name));
    }
  }
}

std::string_view path_of(const SpawnRequest& request) {
  const auto last = std::ranges::find(request.environment.rbegin(), request.environment.rend(),
                                      "PATH", &std::pair<std::string, std::string>::first);
  if (last != request.environment.rend()) return last->second;
  const auto inherited =
      request.inherited == nullptr ? std::nullopt : request.inherited->find("PATH");
  return inherited.value_or(kDefaultPath);
}

bool is_looked_up(std::string_view program) {
  return !program.contains('/');
}

std::vector<std::string> files_to_try(const SpawnRequest& request) {
  const std::string& program = request.argv.front();
  if (!is_looked_up(program) || program.empty()) return {program};
  std::vector<std::string> files;
  std::string_view rest = path_of(request);
  for (;;) {
    const std::size_t colon = rest.find(':');
    std::string file(rest.substr(0, colon));
    if (!file.empty()) file += '/';  // an empty entry is the current directory
    files.push_back(file + program);
    if (colon == std::string_view::npos) return files;
    rest.remove_prefix(colon + 1);
  }
}

/// exec takes pointers to mutable characters for history's sake, and changes nothing.
char* as_exec_text(const std::string& text) {
  return const_cast<char*>(text.c_str());
}

/// Whether the search goes on in the next directory of the PATH.
bool is_elsewhere(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP ||
         error == ESTALE || error == ENODEV || error == ETIMEDOUT || error == EACCES;
}

/// Whether exec failed by the file that it was given, and not for want of something.
bool is_about_the_program(int error) {
  return is_elsewhere(error) || error == ENOEXEC || error == EISDIR || error == ELIBBAD;
}

/// The PATH of the first line "#!PATH ARGUMENT" of a file; empty where it has none.
std::string interpreter_of(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, kInterpreterLineBytes> buffer;
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : 0;
  if (got < 2) return {};
  std::string_view line(buffer.data(), static_cast<std::size_t>(got));
  line = line.substr(0, line.find('\n'));
  if (!line.starts_with("#!")) return {};
  line.remove_prefix(std::min(line.find_first_not_of(" \t", 2), line.size()));
  return std::string(line.substr(0, line.find_first_of(" \t")));
}

}  // namespace

ExecPlan::ExecPlan(const SpawnRequest& request) : request_(request) {
  check_request(request);
  files_ = files_to_try(request);
  lay_out_environment();

  static const std::string shell = "/bin/sh";
  shell_argv_ = {as_exec_text(shell), nullptr};
  for (const std::string& argument : request.argv) {
    char* const text = as_exec_text(argument);
    argv_.push_back(text);
    if (argv_.size() > 1) shell_argv_.push_back(text);
  }
  argv_.push_back(nullptr);
  shell_argv_.push_back(nullptr);
}

void ExecPlan::lay_out_environment() {
  if (request_.inherited != nullptr) {
    envp_.reserve(request_.inherited->entries().size() + request_.environment.size() + 1);
    for (const std::string& entry : request_.inherited->entries()) {
      envp_.push_back(as_exec_text(entry));
    }
  }
  std::unordered_set<std::string_view> seen;
  variables_.reserve(request_.environment.size());
  for (auto it = request_.environment.rbegin(); it != request_.environment.rend(); ++it) {
    const auto& [name, value] = *it;
    if (!seen.insert(name).second) continue;
    variables_.push_back(name + '=' + value);
    const auto index =
        request_.inherited == nullptr ? std::nullopt : request_.inherited->index_of(name);
    if (index) envp_[*index] = nullptr;
  }
  std::erase(envp_, nullptr);
  for (auto it = variables_.rbegin(); it != variables_.rend(); ++it) {
    envp_.push_back(as_exec_text(*it));
  }
  envp_.push_back(nullptr);
}

int ExecPlan::execute_file(char* file) noexcept {
  for (int attempt = 0; attempt < kBusyAttempts; ++attempt) {
    ::execve(file, argv_.data(), envp_.data());
    if (errno != ETXTBSY) break;
    ::nanosleep(&kBusyPause, nullptr);
  }
  if (errno == ENOEXEC) {
    shell_argv_[1] = file;
    ::execve(shell_argv_[0], shell_argv_.data(), envp_.data());
  }
  return errno;
}

int ExecPlan::execute() noexcept {
  int result = 0;
  for (std::string& file : files_) {
    const int error = execute_file(file.data());
    if (files_.size() == 1 || !is_elsewhere(error)) return error;
    // That somewhere a program was found which may not be executed tells more than that elsewhere
    // there is none.
    if (result != EACCES) result = error == EACCES ? EACCES : ENOENT;
  }
  return result;
}

std::string ExecPlan::missing_interpreter() const {
  for (const std::string& file : files_) {
    std::string interpreter = interpreter_of((request_.directory / file).native());
    if (!interpreter.empty()) return interpreter;
  }
  return {};
}

std::string ExecPlan::cause_of(SpawnFailure failure) const {
  const char* const known = ::strerrordesc_np(failure.error);
  const std::string cause = known != nullptr ? known : fmt::format("error {}", failure.error);
  if (failure.step == SpawnStep::enter_directory) return "cannot enter the directory: " + cause;
  if (failure.step == SpawnStep::prepare) return "cannot start a process: " + cause;
  if (failure.error == ENOENT) {
    const std::string interpreter = missing_interpreter();
    if (!interpreter.empty()) return fmt::format("its interpreter \"{}\": {}", interpreter, cause);
  }
  if (failure.error == E2BIG && envp_.size() > 1) {
    const auto size = [](const char* entry) { return std::strlen(entry); };
    const std::string largest = *std::max_element(
        envp_.begin(), envp_.end() - 1,
        [&](const char* one, const char* other) { return size(one) < size(other); });
    return fmt::format("{} (the largest environment variable is \"{}\" with {} bytes)", cause,
                       largest.substr(0, largest.find('=')), largest.size());
  }
  return cause;
}

void ExecPlan::fail(SpawnFailure failure) const {
  const std::string text = fmt::format("{}: {}", cannot_run(request_), cause_of(failure));
  if (failure.step == SpawnStep::execute && is_about_the_program(failure.error)) {
    throw ProgramError("io", text);
  }
  throw Error("io", text);
}

}  // namespace mogura::process
