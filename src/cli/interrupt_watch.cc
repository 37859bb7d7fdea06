#include "cli/interrupt_watch.h"

#include <pthread.h>
#include <signal.h>

namespace mogura::cli {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

InterruptWatch::InterruptWatch(std::function<void(int, int)> interrupted)
    : interrupted_(std::move(interrupted)) {
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "interrupts");
    watch();
  });
}

InterruptWatch::~InterruptWatch() {
  ending_ = true;
  ::pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

// By sigwait: a signalfd would wake the thread for each child that ends, too.
void InterruptWatch::watch() {
  const sigset_t set = watched_signals();
  for (int count = 0;;) {
    int signal = 0;
    if (::sigwait(&set, &signal) != 0) continue;
    if (ending_) return;
    interrupted_(signal, ++count);
  }
}

}  // namespace mogura::cli
