// Starts commands and says what they cost. A program of its own, and a small one, because what the
// kernel tells of a child's memory is never less than its parent had when it started the child.
//
//   measure once OUTPUT COMMAND...          {"seconds": 0.01, "peak_kb": 9000, "status": 0}
//   measure loop COUNT WORKERS COMMAND...   COUNT runs of the command, WORKERS at a time
//   measure files COUNT                     COUNT small files, made in the working directory
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern char** environ;

namespace {

using SteadyClock = std::chrono::steady_clock;

// As large as the state of a task that stored nothing.
constexpr char kSmallFile[] =
    "fullName: \"+w+all^sub+for-i\"\nstate: \"success\"\nresult:\n  subtaskConfig: {}\n"
    "  exportParams: {}\n  resetStoreParams: []\n  storeParams: {}\n  report:\n    inputs: []\n";

double seconds_since(SteadyClock::time_point began) {
  return std::chrono::duration<double>(SteadyClock::now() - began).count();
}

void start(char** command, const char* output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t child = 0;
  const int error = posix_spawnp(&child, command[0], &files, nullptr, command, environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    std::fprintf(stderr, "measure: cannot start %s\n", command[0]);
    std::exit(2);
  }
}

struct Ended {
  int status = 0;
  long peak_kb = 0;
};

Ended wait_for_one() {
  int status = 0;
  rusage used{};
  wait4(-1, &status, 0, &used);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, used.ru_maxrss};
}

void once(const char* output, char** command) {
  const auto began = SteadyClock::now();
  start(command, output);
  const Ended ended = wait_for_one();
  std::printf("{\"seconds\": %.6f, \"peak_kb\": %ld, \"status\": %d}\n", seconds_since(began),
              ended.peak_kb, ended.status);
}

void loop(int count, int workers, char** command) {
  const auto began = SteadyClock::now();
  int status = 0;
  for (int started = 0, ended = 0; ended < count;) {
    for (; started < count && started - ended < workers; ++started) start(command, "/dev/null");
    status |= wait_for_one().status;
    ++ended;
  }
  std::printf("{\"seconds\": %.6f, \"status\": %d}\n", seconds_since(began), status);
}

void files(int count) {
  const std::string_view content(kSmallFile);
  const auto began = SteadyClock::now();
  for (int i = 0; i < count; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "file%d", i);
    const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, content.data(), content.size()) < 0 || close(fd) != 0) {
      std::perror(name);
      std::exit(2);
    }
  }
  std::printf("{\"seconds\": %.6f}\n", seconds_since(began));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "once" && argc > 3) {
    once(argv[2], argv + 3);
  } else if (mode == "loop" && argc > 4) {
    loop(std::atoi(argv[2]), std::atoi(argv[3]), argv + 4);
  } else if (mode == "files" && argc > 2) {
    files(std::atoi(argv[2]));
  } else {
    std::fputs(
        "usage: measure once OUTPUT COMMAND... | loop COUNT WORKERS COMMAND... | files COUNT\n",
        stderr);
    return 2;
  }
}
