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

/// "NAME=VALUE" of each variable; the last of equal names counts.
std::vector<std::string> environment_block(const SpawnRequest& request) {
  std::unordered_set<std::string_view> seen;
  std::vector<std::string> block;
  block.reserve(request.environment.size());
  for (auto it = request.environment.rbegin(); it != request.environment.rend(); ++it) {
    if (seen.insert(it->first).second) block.push_back(it->first + '=' + it->second);
  }
  std::ranges::reverse(block);
  return block;
}

std::string_view path_of(const SpawnRequest& request) {
  const auto last = std::ranges::find(request.environment.rbegin(), request.environment.rend(),
                                      "PATH", &std::pair<std::string, std::string>::first);
  return last == request.environment.rend() ? kDefaultPath : std::string_view(last->second);
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

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
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
  variables_ = environment_block(request);
  envp_ = pointers_to(variables_);

  // exec takes pointers to mutable characters for history's sake, and changes nothing.
  static char shell[] = "/bin/sh";
  shell_argv_ = {shell, nullptr};
  for (const std::string& argument : request.argv) {
    char* const text = const_cast<char*>(argument.c_str());
    argv_.push_back(text);
    if (argv_.size() > 1) shell_argv_.push_back(text);
  }
  argv_.push_back(nullptr);
  shell_argv_.push_back(nullptr);
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
  if (failure.error == E2BIG && !variables_.empty()) {
    const std::string& largest = *std::ranges::max_element(variables_, {}, &std::string::size);
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
