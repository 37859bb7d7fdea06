#include "process/supervisor.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <optional>
#include <thread>

#include "process/child_loop.h"
#include "process/descriptors.h"
#include "process/signal_mask.h"
#include "process/spawn.h"
#include "process/warden.h"

namespace mogura::process {
namespace {

/// Where SIGCHLD is ignored, as it may be inherited, the system throws exit statuses away.
void keep_exit_statuses() {
  struct sigaction action = {};
  if (::sigaction(SIGCHLD, nullptr, &action) != 0 || action.sa_handler != SIG_IGN) return;
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &action, nullptr);
}

[[noreturn]] void refuse_child(const SpawnRequest& request, std::string_view cause) {
  const std::string program = request.argv.empty() ? std::string() : request.argv.front();
  throw Error("io", fmt::format("Cannot run program \"{}\": {}", program, cause));
}

}  // namespace

struct Supervisor::Impl {
  explicit Impl(Options options_) : options(options_) {}

  const Options options;
  rlimit child_descriptor_limit{};
  Warden warden;
  std::optional<ChildLoop> loop;
  std::thread thread;
};

Supervisor::Supervisor(Options options) : impl_(std::make_unique<Impl>(options)) {}

Supervisor::~Supervisor() {
  stop();
}

void Supervisor::start() {
  open_standard_descriptors();
  impl_->child_descriptor_limit = raise_descriptor_limit();
  keep_exit_statuses();
  impl_->warden.start();
  ChildLoop& loop = impl_->loop.emplace(impl_->options, child_capacity(), impl_->warden);
  const AllSignalsBlocked blocked;  // handlers run in other threads
  impl_->thread = std::thread([&loop] {
    ::pthread_setname_np(::pthread_self(), "mogura-children");
    loop.run();
  });
}

void Supervisor::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->loop->close();
  impl_->thread.join();
  impl_->warden.stop();
}

ChildId Supervisor::spawn(const SpawnRequest& request, ChildCallbacks callbacks) {
  if (!impl_->loop) refuse_child(request, "the supervisor of processes has not been started");
  ChildLoop& loop = *impl_->loop;
  switch (loop.reserve()) {
    case ChildLoop::Place::granted:
      break;
    case ChildLoop::Place::closed:
      refuse_child(request, "the supervisor of processes has been stopped");
    case ChildLoop::Place::full:
      refuse_child(request, fmt::format("{} commands are running, and the limit of open files "
                                        "(ulimit -n) allows no more",
                                        child_capacity()));
  }
  try {
    return loop.adopt(start_child(request, impl_->warden, impl_->child_descriptor_limit),
                      std::move(callbacks));
  } catch (...) {
    loop.release();
    throw;
  }
}

void Supervisor::terminate(ChildId child) {
  if (impl_->loop) impl_->loop->terminate(child, ChildLoop::TimePoint::max());
}

void Supervisor::terminate_within(ChildId child, std::chrono::milliseconds at_most) {
  if (impl_->loop) impl_->loop->terminate(child, std::chrono::steady_clock::now() + at_most);
}

}  // namespace mogura::process
