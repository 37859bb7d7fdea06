// A child is started with vfork: it borrows our memory until exec, while the calling thread stands
// still, so nothing is copied however large we are (fork of a process of 2 GB takes 75 ms). What
// the child does meanwhile is run_child(), in async-signal-safe calls only.
//
// A second pipe tells how that went: exec closes it, so end of file means that the program runs,
// and before a failure the child writes into it what failed. Our memory would not do: where vfork
// is a fork, as under the thread sanitizer, the child has its own.
#include "process/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "process/exec_plan.h"
#include "process/signal_mask.h"

namespace mogura::process {
namespace {

constexpr int kExitNotStarted = 127;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe(const ExecPlan& plan) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) plan.fail({SpawnStep::prepare, errno});
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// What the child needs to know.
struct ChildSide {
  ExecPlan& plan;
  const Warden& warden;
  const rlimit& descriptor_limit;
  int output;
  int report;
};

/// Handlers would run in memory that is ours; ignored signals would stay ignored in the program.
void reset_signal_handling() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
}

bool arrange_descriptors(const ChildSide& child) {
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  return input >= 0 && ::dup2(input, STDIN_FILENO) >= 0 &&
         ::dup2(child.output, STDOUT_FILENO) >= 0 && ::dup2(child.output, STDERR_FILENO) >= 0 &&
         ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

/// The child's own steps, in the order in which they may fail.
SpawnFailure become_program(const ChildSide& child) {
  reset_signal_handling();
  if (::setpgid(0, 0) != 0 || !arrange_descriptors(child)) return {SpawnStep::prepare, errno};
  if (*child.plan.directory() != '\0' && ::chdir(child.plan.directory()) != 0) {
    return {SpawnStep::enter_directory, errno};
  }
  ::setrlimit(RLIMIT_NOFILE, &child.descriptor_limit);
  child.warden.enrol(::getpid());
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  return {SpawnStep::execute, child.plan.execute()};
}

[[noreturn]] void run_child(const ChildSide& child) {
  const SpawnFailure failure = become_program(child);
  [[maybe_unused]] const ssize_t written = ::write(child.report, &failure, sizeof failure);
  ::_exit(kExitNotStarted);
}

/// In a function of its own: what the child writes to the stack before it calls run_child() is
/// seen by us as well.
[[gnu::noinline]] pid_t vfork_child(const ChildSide& child) {
  const pid_t pid = ::vfork();
  if (pid == 0) run_child(child);
  return pid;
}

void reap(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// Waits for exec. True, with `failure` filled in, where it has failed.
bool read_report(int report, SpawnFailure& failure) {
  ssize_t got = 0;
  do {
    got = ::read(report, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof failure);
}

}  // namespace

StartedChild start_child(const SpawnRequest& request, const Warden& warden,
                         const rlimit& descriptor_limit) {
  ExecPlan plan(request);
  Pipe output = make_pipe(plan);
  Pipe report = make_pipe(plan);
  const ChildSide child{plan, warden, descriptor_limit, output.write.get(), report.write.get()};

  pid_t pid = -1;
  int vfork_error = 0;
  {
    const AllSignalsBlocked blocked;
    pid = vfork_child(child);
    vfork_error = errno;
  }
  if (pid < 0) plan.fail({SpawnStep::prepare, vfork_error});

  // Both write ends go first, so that there is room for the pidfd even at the limit of open files.
  output.write.reset();
  report.write.reset();
  SpawnFailure failure{};
  const bool failed = read_report(report.read.get(), failure);
  UniqueFd pidfd;
  if (!failed) {
    pidfd = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (pidfd) return {pid, std::move(pidfd), std::move(output.read)};
    failure = {SpawnStep::prepare, errno};
    ::kill(-pid, SIGKILL);
  }
  warden.strike(pid);
  reap(pid);
  plan.fail(failure);
}

}  // namespace mogura::process
