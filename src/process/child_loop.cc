// A child is done when it has exited and its output is at end of file; a grandchild in the
// background may hold the pipe open long after the child's exit (runtime.md §3). To terminate one
// takes up to four steps, each with a deadline:
//
//   running --terminate--> preparing  the child is so young that its handlers may not be set
//           --start_grace--> asked    SIGTERM to the group; done also needs that nobody is left in
//                                     the group, whether it holds the pipe or not
//           --kill_grace--> killed    SIGKILL to the group; kill_at can make this earlier
//           --kDrainTime--> abandoned the pipe is closed: who still holds it has left the group
//
// A child that has exited stays a zombie until it is done: as long as the leader is not reaped the
// group's number belongs to nobody else, so a signal never hits a stranger.
#include "process/child_loop.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "process/living_groups.h"

namespace mogura::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const Logger logger("mogura.process");

/// One read of a child's output. A pipe holds 64 KiB.
constexpr std::size_t kOutputChunkBytes = 64 * 1024;
constexpr std::size_t kEventsPerWait = 64;
constexpr milliseconds kLongestWait{60'000};

/// After SIGKILL, how long the pipe may stay open.
constexpr milliseconds kDrainTime{1'000};

/// While a terminated group is not empty, how often that is looked at, since no event tells it, and
/// how much longer than a look the pause after it is at least.
constexpr milliseconds kGroupCheckInterval{10};
constexpr int kPausePerLook = 10;

/// The status of a child that somebody else has reaped.
constexpr int kUnknownStatus = 255;
constexpr int kSignalStatusBase = 128;

/// What an epoll event is about: a child's number, and which of its descriptors.
constexpr std::uint64_t kWakeupTag = 0;
constexpr std::uint64_t output_tag(ChildId id) {
  return id << 1U;
}
constexpr std::uint64_t exit_tag(ChildId id) {
  return id << 1U | 1U;
}

int status_of(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? info.si_status : kSignalStatusBase + info.si_status;
}

[[noreturn]] void loop_failure(const char* call) {
  throw RuntimeError(std::string("Cannot watch child processes: ") + call + ": " +
                     ::strerrordesc_np(errno));
}

}  // namespace

ChildLoop::ChildLoop(const Supervisor::Options& options, std::size_t capacity, Warden& warden)
    : options_(options),
      capacity_(capacity),
      warden_(warden),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      buffer_(kOutputChunkBytes) {
  if (!epoll_) loop_failure("epoll_create1");
  if (!wakeup_) loop_failure("eventfd");
  watch(wakeup_, kWakeupTag);
}

ChildLoop::Place ChildLoop::reserve() {
  MutexLock lock(mutex_);
  if (inbox_.closed) return Place::closed;
  if (inbox_.places >= capacity_) return Place::full;
  ++inbox_.places;
  return Place::granted;
}

void ChildLoop::release() {
  MutexLock lock(mutex_);
  --inbox_.places;
  if (inbox_.closed) wake();
}

// The loop need not wake: with the child's first event it finds the child in the inbox.
ChildId ChildLoop::adopt(StartedChild started, ChildCallbacks callbacks) {
  MutexLock lock(mutex_);
  Child child{.id = ++inbox_.last_id,
              .group = started.pid,
              .pidfd = std::move(started.pidfd),
              .output = std::move(started.output),
              .callbacks = std::move(callbacks)};
  try {
    watch(child.output, output_tag(child.id));
    watch(child.pidfd, exit_tag(child.id));
  } catch (const RuntimeError&) {
    ::kill(-child.group, SIGKILL);
    ::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), nullptr, WEXITED);
    warden_.strike(child.group);
    throw;
  }
  const ChildId id = child.id;
  inbox_.arrivals.push_back(std::move(child));
  if (inbox_.closed) wake();
  return id;
}

void ChildLoop::terminate(ChildId child, TimePoint kill_at) {
  MutexLock lock(mutex_);
  inbox_.terminations.emplace_back(child, kill_at);
  wake();
}

void ChildLoop::close() {
  MutexLock lock(mutex_);
  inbox_.closed = true;
  wake();
}

void ChildLoop::wake() {
  if (inbox_.woken) return;
  inbox_.woken = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wakeup_.get(), &one, sizeof one);
}

void ChildLoop::run() {
  std::array<epoll_event, kEventsPerWait> events;
  while (read_inbox()) {
    const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   wait_timeout_ms());
    take_arrivals();
    for (int i = 0; i < ready; ++i) handle_event(events[static_cast<std::size_t>(i)].data.u64);
    handle_deadlines();
    look_for_empty_groups();
  }
}

/// False when nothing is left to wait for.
bool ChildLoop::read_inbox() {
  std::vector<std::pair<ChildId, TimePoint>> terminations;
  bool close_now = false;
  {
    MutexLock lock(mutex_);
    if (inbox_.closed && inbox_.places == 0) return false;
    terminations.swap(inbox_.terminations);
    close_now = inbox_.closed && !closing_;
    inbox_.woken = false;
  }
  take_arrivals();
  for (const auto& [id, kill_at] : terminations) {
    const auto found = children_.find(id);
    if (found != children_.end()) begin_termination(found->second, kill_at);
  }
  if (close_now) {
    closing_ = true;
    for (auto& [id, child] : children_) ask_to_end(child);
  }
  return true;
}

void ChildLoop::watch(const UniqueFd& fd, std::uint64_t tag) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = tag}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0) loop_failure("epoll_ctl");
}

/// Needed before closing as well, which does not end the events of a descriptor by itself: a child
/// that is about to start has a copy of it until exec.
void ChildLoop::unwatch(const UniqueFd& fd) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr);
}

void ChildLoop::close_output(Child& child) {
  unwatch(child.output);
  child.output.reset();
}

int ChildLoop::wait_timeout_ms() const {
  TimePoint next = TimePoint::max();
  if (!deadlines_.empty()) next = deadlines_.begin()->first;
  if (!emptying_.empty()) next = std::min(next, next_look_);
  if (next == TimePoint::max()) return -1;
  const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, kLongestWait.count()));
}

void ChildLoop::handle_event(std::uint64_t tag) {
  if (tag == kWakeupTag) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wakeup_.get(), &count, sizeof count);
    return;
  }
  const auto found = children_.find(tag >> 1U);
  if (found == children_.end()) return;
  Child& child = found->second;
  if (tag == exit_tag(child.id)) {
    note_exit(child);
  } else if (child.output) {
    read_output(child);
  }
  settle(child);
}

void ChildLoop::handle_deadlines() {
  const TimePoint now = steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto [end, id] = *deadlines_.begin();
    deadlines_.erase(deadlines_.begin());
    const auto found = children_.find(id);
    if (found == children_.end() || found->second.phase_end != end) continue;
    escalate(found->second);
    settle(found->second);
  }
}

/// One look serves all groups that are about to become empty.
void ChildLoop::look_for_empty_groups() {
  const TimePoint start = steady_clock::now();
  if (emptying_.empty() || start < next_look_) return;
  const std::unordered_set<pid_t> living = living_groups();
  for (const ChildId id : std::vector<ChildId>(emptying_.begin(), emptying_.end())) {
    Child& child = children_.at(id);
    if (!living.contains(child.group)) finish(child);
  }
  const TimePoint end = steady_clock::now();
  next_look_ =
      end + std::max<TimePoint::duration>(kGroupCheckInterval, kPausePerLook * (end - start));
}

void ChildLoop::set_phase(Child& child, Phase phase, TimePoint until) {
  child.phase = phase;
  child.phase_end = phase < Phase::killed ? std::min(until, child.kill_at) : until;
  deadlines_.emplace(child.phase_end, child.id);
}

void ChildLoop::take_arrivals() {
  std::vector<Child> arrivals;
  {
    MutexLock lock(mutex_);
    arrivals.swap(inbox_.arrivals);
  }
  for (Child& arrived : arrivals) {
    const ChildId id = arrived.id;
    Child& child = children_.emplace(id, std::move(arrived)).first->second;
    if (closing_) ask_to_end(child);
  }
}

/// One chunk, however much there is: all children take turns, and a fast writer waits in its pipe.
void ChildLoop::read_output(Child& child) {
  const ssize_t got = ::read(child.output.get(), buffer_.data(), buffer_.size());
  if (got > 0) {
    child.callbacks.output(std::string_view(buffer_.data(), static_cast<std::size_t>(got)));
  } else if (got == 0 || errno != EINTR) {
    close_output(child);
  }
}

/// Learns the exit status and leaves the child a zombie.
void ChildLoop::note_exit(Child& child) {
  if (child.status) return;
  siginfo_t info = {};
  if (::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED | WNOWAIT) == 0) {
    child.status = status_of(info);
  } else if (errno == EINTR) {
    return;
  } else {
    logger.warn("The exit status of process {} is unknown: {}", child.group,
                ::strerrordesc_np(errno));
    child.status = kUnknownStatus;
  }
  unwatch(child.pidfd);
}

void ChildLoop::begin_termination(Child& child, TimePoint kill_at) {
  child.kill_at = std::min(child.kill_at, kill_at);
  if (child.phase == Phase::preparing || child.phase == Phase::asked) {
    set_phase(child, child.phase, child.phase_end);
  }
  if (child.phase != Phase::running) return;
  const TimePoint prepared = child.started + options_.start_grace;
  if (!child.status && steady_clock::now() < prepared) {
    set_phase(child, Phase::preparing, prepared);
  } else {
    ask_to_end(child);
  }
}

void ChildLoop::ask_to_end(Child& child) {
  if (child.phase > Phase::preparing) return;
  ::kill(-child.group, SIGTERM);
  ::kill(-child.group, SIGCONT);  // who is stopped cannot end
  set_phase(child, Phase::asked, steady_clock::now() + options_.kill_grace);
}

void ChildLoop::escalate(Child& child) {
  if (child.phase == Phase::preparing) {
    ask_to_end(child);
  } else if (child.phase == Phase::asked) {
    ::kill(-child.group, SIGKILL);
    set_phase(child, Phase::killed, steady_clock::now() + kDrainTime);
  } else {
    child.phase = Phase::abandoned;
    if (child.output) close_output(child);
  }
}

/// Finishes the child if it is done.
void ChildLoop::settle(Child& child) {
  if (!child.status || child.output) return;
  if (child.phase == Phase::preparing) ask_to_end(child);
  if (child.phase == Phase::asked || child.phase == Phase::killed) {
    emptying_.insert(child.id);
  } else {
    finish(child);
  }
}

void ChildLoop::finish(Child& child) {
  warden_.strike(child.group);
  reap(child);
  const int status = *child.status;
  const auto exited = std::move(child.callbacks.exited);
  emptying_.erase(child.id);
  children_.erase(child.id);
  {
    MutexLock lock(mutex_);
    --inbox_.places;
  }
  exited(status);
}

/// Reaps the leader, and the group's orphans where we are their init.
void ChildLoop::reap(const Child& child) {
  ::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), nullptr, WEXITED | WNOHANG);
  siginfo_t info = {};
  do {
    info.si_pid = 0;
  } while (::waitid(P_PGID, static_cast<id_t>(child.group), &info, WEXITED | WNOHANG) == 0 &&
           info.si_pid != 0);
}

}  // namespace mogura::process
