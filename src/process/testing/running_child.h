// What the tests of this room share: a child whose output and end can be waited for, and code that
// needs a process to itself.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "process/supervisor.h"

namespace mogura::process::testing {

/// How long a test waits for what must happen.
constexpr std::chrono::seconds kPatience{60};

inline SpawnRequest command(std::vector<std::string> argv) {
  return {.argv = std::move(argv), .environment = {{"PATH", "/bin:/usr/bin"}}, .directory = "/"};
}

inline SpawnRequest shell(std::string script) {
  return command({"sh", "-c", std::move(script)});
}

/// A running child. Copies are the same child.
class RunningChild {
 public:
  RunningChild(Supervisor& supervisor, const SpawnRequest& request)
      : state_(std::make_shared<State>()) {
    id_ = supervisor.spawn(request, {.output =
                                         [state = state_](std::string_view bytes) {
                                           MutexLock lock(state->mutex);
                                           state->output += bytes;
                                           state->changed.notify_all();
                                         },
                                     .exited =
                                         [state = state_](int status) {
                                           MutexLock lock(state->mutex);
                                           state->status = status;
                                           state->changed.notify_all();
                                         }});
  }

  ChildId id() const { return id_; }

  std::string output() const {
    MutexLock lock(state_->mutex);
    return state_->output;
  }

  bool has_exited() const {
    MutexLock lock(state_->mutex);
    return state_->status.has_value();
  }

  /// The exit status; nothing, and a failed test, where it does not come.
  std::optional<int> wait() const {
    MutexLock lock(state_->mutex);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!state_->status && std::chrono::steady_clock::now() < deadline) {
      state_->changed.wait_until(state_->mutex, deadline);
    }
    EXPECT_TRUE(state_->status) << "still running: " << state_->output;
    return state_->status;
  }

  /// Waits until the output has a whole line, and returns it.
  std::string wait_for_line() const {
    MutexLock lock(state_->mutex);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!state_->output.contains('\n') && std::chrono::steady_clock::now() < deadline) {
      state_->changed.wait_until(state_->mutex, deadline);
    }
    EXPECT_TRUE(state_->output.contains('\n')) << "no line: " << state_->output;
    return state_->output.substr(0, state_->output.find('\n'));
  }

 private:
  struct State {
    Mutex mutex;
    Condition changed;
    std::string output MOGURA_GUARDED_BY(mutex);
    std::optional<int> status MOGURA_GUARDED_BY(mutex);
  };

  std::shared_ptr<State> state_;
  ChildId id_ = 0;
};

/// A process that may belong to anybody, by a name that stays its own.
class Watched {
 public:
  explicit Watched(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
    EXPECT_TRUE(fd_) << "no process " << pid;
  }

  bool ends_within(std::chrono::milliseconds patience) const {
    pollfd poll{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, static_cast<int>(patience.count())) == 1;
  }
  bool is_alive() const { return !ends_within(std::chrono::milliseconds(0)); }

 private:
  UniqueFd fd_;
};

/// The result of `body` in a process of its own, where it may spoil descriptors, limits and
/// signals.
inline int in_own_process(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(static_cast<unsigned>(kPatience.count()));
    [&]() noexcept { ::_exit(body()); }();  // an exception must not go on into the test program
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

/// A directory of its own for each test.
class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mogura-process-XXXXXX").native();
    path_ = ::mkdtemp(name.data());
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view text, int mode) const;

 private:
  std::filesystem::path path_;
};

inline std::filesystem::path TestDirectory::write(const std::string& name, std::string_view text,
                                                  int mode) const {
  const std::filesystem::path file = path_ / name;
  std::FILE* const stream = std::fopen(file.c_str(), "wbe");
  EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), stream), text.size());
  std::fclose(stream);
  std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
  return file;
}

}  // namespace mogura::process::testing
