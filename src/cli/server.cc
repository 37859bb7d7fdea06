// `server`: the API, the executor, the scheduler and an agent in one process (cli.md §12.4).
#include <signal.h>
#include <unistd.h>

#include <deque>

#include "base/log.h"
#include "base/mutex.h"
#include "cli/commands.h"
#include "cli/interrupt_watch.h"
#include "cli/server_process.h"

namespace mogura::cli {
namespace {

constexpr Logger kServerLog("io.digdag.server.ServerBootstrap");
constexpr int kStatusAfterSignalBase = 128;

/// Signals as the server hears them, one after the other. A second one that asks for the end ends
/// the process at once, and with it its children.
class ServerSignals {
 public:
  ServerSignals() : watch_([this](int signal, int) { arrived(signal); }) {}

  /// Waits for the next signal.
  int next() {
    MutexLock lock(mutex_);
    while (signals_.empty()) changed_.wait(mutex_);
    const int signal = signals_.front();
    signals_.pop_front();
    return signal;
  }

 private:
  void arrived(int signal) {
    {
      MutexLock lock(mutex_);
      if (signal != SIGHUP) ++ends_;
      if (ends_ > 1) ::_exit(kStatusAfterSignalBase + signal);
      signals_.push_back(signal);
    }
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  std::deque<int> signals_ MOGURA_GUARDED_BY(mutex_);
  int ends_ MOGURA_GUARDED_BY(mutex_) = 0;
  InterruptWatch watch_;  // last: its thread uses the rest
};

}  // namespace

int run_server(const Invocation& invocation) {
  require_positionals(invocation, 0, 0);
  const ServerConfig config = read_server_config(invocation);
  if (config.own_directory) {
    kServerLog.info("No database is configured: everything is kept in {}",
                    config.own_directory->string());
  }
  ServerSignals signals;  // before everything that makes threads
  ServerProcess server(config, invocation.program.version());
  server.start();
  int signal = signals.next();
  for (; signal == SIGHUP; signal = signals.next()) {
    reopen_log();
    server.reopen_logs();
  }
  server.stop();
  return kStatusAfterSignalBase + signal;
}

}  // namespace mogura::cli
