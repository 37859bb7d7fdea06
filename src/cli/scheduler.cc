// `scheduler`: starts the workflows of a directory at their times, and follows the edits of their
// files (cli.md §12.5).
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/mutex.h"
#include "calendar/time_zone.h"
#include "cli/commands.h"
#include "cli/interrupt_watch.h"
#include "cli/local_engine.h"
#include "cli/local_setup.h"
#include "cli/schedule_table.h"
#include "cli/workflow_argument.h"
#include "value/json.h"
#include "workflow/compiler.h"
#include "workflow/project.h"

namespace mogura::cli {
namespace {

constexpr Logger kReloaderLog("io.digdag.cli.RevisionAutoReloader");
constexpr Logger kScheduleExecutorLog("io.digdag.core.schedule.ScheduleExecutor");
constexpr std::chrono::seconds kReloadInterval{5};
constexpr int kStatusAfterSignal = 128;  // and the signal's number

std::vector<workflow::Definition> load_and_compile(const std::filesystem::path& project) {
  std::vector<workflow::Definition> workflows = workflow::load_project(project);
  for (const workflow::Definition& workflow : workflows) {
    workflow::compile("", "+" + workflow.name, workflow.config);
  }
  return workflows;
}

bool same_workflows(const std::vector<workflow::Definition>& a,
                    const std::vector<workflow::Definition>& b) {
  return std::ranges::equal(a, b, [](const auto& left, const auto& right) {
    return left.name == right.name && left.timezone == right.timezone &&
           value::to_json(left.config) == value::to_json(right.config);
  });
}

/// The attempts of schedules that run, by workflow.
class ActiveAttempts : public executor::Observer {
 public:
  /// An attempt is about to be started. It may be done before its starter knows its id: until
  /// add() or failed_to_start() ends are remembered.
  void starting() {
    MutexLock lock(mutex_);
    is_starting_ = true;
  }
  void add(const std::string& workflow, AttemptId attempt) {
    MutexLock lock(mutex_);
    if (!ended_meanwhile_.contains(attempt.value)) active_.emplace(workflow, attempt.value);
    forget_ends();
  }
  void failed_to_start() {
    MutexLock lock(mutex_);
    forget_ends();
  }

  void committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                 const std::vector<engine::TaskIndex>&) override {
    if (!attempt.done()) return;
    {
      MutexLock lock(mutex_);
      active_.erase({info.workflow_name, info.id.value});
      if (is_starting_) ended_meanwhile_.insert(info.id.value);
    }
    changed_.notify_all();
  }

  bool is_active(const std::string& workflow) const {
    MutexLock lock(mutex_);
    const auto first = active_.lower_bound({workflow, 0});
    return first != active_.end() && first->first == workflow;
  }

  std::size_t size() const {
    MutexLock lock(mutex_);
    return active_.size();
  }

  void wait_until_none() {
    MutexLock lock(mutex_);
    while (!active_.empty()) changed_.wait(mutex_);
  }

 private:
  void forget_ends() MOGURA_REQUIRES(mutex_) {
    is_starting_ = false;
    ended_meanwhile_.clear();
  }

  mutable Mutex mutex_;
  Condition changed_;
  std::set<std::pair<std::string, std::int64_t>> active_ MOGURA_GUARDED_BY(mutex_);
  bool is_starting_ MOGURA_GUARDED_BY(mutex_) = false;
  std::set<std::int64_t> ended_meanwhile_ MOGURA_GUARDED_BY(mutex_);
};

/// The first signal asks for the end; the second ends the process, and with it its children.
class EndRequest {
 public:
  EndRequest() : watch_([this](int signal, int count) { interrupted(signal, count); }) {}

  /// Waits until the time or the signal; the signal's number, or 0.
  int wait_until(std::chrono::steady_clock::time_point deadline) {
    MutexLock lock(mutex_);
    while (signal_ == 0 && std::chrono::steady_clock::now() < deadline) {
      changed_.wait_until(mutex_, deadline);
    }
    return signal_;
  }

 private:
  void interrupted(int signal, int count) {
    if (count > 1) ::_exit(kStatusAfterSignal + signal);
    {
      MutexLock lock(mutex_);
      signal_ = signal;
    }
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  int signal_ MOGURA_GUARDED_BY(mutex_) = 0;
  InterruptWatch watch_;
};

class LocalScheduler {
 public:
  explicit LocalScheduler(const Invocation& invocation)
      : project_(read_project_arguments(invocation)),
        workflows_(load_and_compile(project_.directory)),
        setup_(project_.system_config, invocation.console, invocation.arguments) {
    check_engine_settings(project_.system_config);
    schedules_.replace(workflows_, clock_.now());
    EngineOptions options = setup_.engine_options();
    options.run_options = {.tell_retries = invocation.program.is_mogura(),
                           .project_path = project_.directory};
    options.observer = &active_;
    engine_.emplace(LocalEngineOptions{workflows_, std::to_string(revision_), project_.params,
                                       std::move(options)});
  }

  int run() {
    engine_->start();
    kReloaderLog.info("Added new revision {}", revision_);
    auto next_reload = std::chrono::steady_clock::now() + kReloadInterval;
    int signal = 0;
    while (signal == 0) {
      signal = end_.wait_until(std::min(next_reload, next_start()));
      if (signal != 0) break;
      start_due();
      if (std::chrono::steady_clock::now() >= next_reload) {
        reload();
        next_reload = std::chrono::steady_clock::now() + kReloadInterval;
      }
    }
    if (const std::size_t running = active_.size(); running > 0) {
      kScheduleExecutorLog.info("Waiting for completion of {} running attempts...", running);
    }
    active_.wait_until_none();
    engine_->stop();
    return kStatusAfterSignal + signal;
  }

 private:
  /// On the clock that waits are measured by; at most one reload away.
  std::chrono::steady_clock::time_point next_start() const {
    const auto now = std::chrono::steady_clock::now();
    const std::optional<Instant> next = schedules_.next_run();
    if (!next) return now + kReloadInterval;
    const Duration left = *next - clock_.now();
    return left > kReloadInterval ? now + kReloadInterval : now + left;
  }

  void start_due() {
    const LogScope scope("scheduler-0");
    const auto is_active = [this](const std::string& name) { return active_.is_active(name); };
    for (const DueWorkflow& due : schedules_.take_due(clock_.now(), is_active)) start(due);
  }

  void start(const DueWorkflow& due) {
    const auto workflow = engine_->find_workflow(due.workflow);
    if (!workflow) return;
    active_.starting();
    try {
      const auto started = engine_->start_attempt({.workflow = *workflow,
                                                   .subtree = {},
                                                   .session_time = due.time.session_time,
                                                   .run_time = due.time.run_time,
                                                   .params = project_.params,
                                                   .last_executed_session_time = due.last_executed,
                                                   .retry_attempt_name = {},
                                                   .resumed = {}});
      schedules_.started(due);
      started.is_new ? active_.add(due.workflow, started.state.attempt) : active_.failed_to_start();
    } catch (const Error& error) {
      active_.failed_to_start();
      const bool is_limit = error.kind().ends_with("limit exceeded");
      const auto pause = is_limit ? scheduler::kRetryAfterLimit : scheduler::kRetryAfterError;
      kScheduleExecutorLog.error("Starting workflow {} failed; trying again in {} seconds: {}",
                                 due.workflow, pause.count(), error.chain());
      schedules_.postpone(due, clock_.now() + pause);
    }
  }

  void reload() {
    const LogScope scope("revision-auto-reloader-0");
    try {
      std::vector<workflow::Definition> workflows = load_and_compile(project_.directory);
      if (same_workflows(workflows, workflows_)) return;
      kReloaderLog.info("Reloading {}", project_.directory.string());
      schedules_.replace(workflows, clock_.now());
      engine_->set_workflows(workflows, std::to_string(revision_ + 1));
      workflows_ = std::move(workflows);
      kReloaderLog.info("Added new revision {}", ++revision_);
    } catch (const Error& error) {
      kReloaderLog.error("Failed to reload: {}", error.chain());
    }
  }

  EndRequest end_;  // before everything that makes threads
  const ProjectArguments project_;
  std::vector<workflow::Definition> workflows_;
  const LocalSetup setup_;
  const SystemClock clock_;
  int revision_ = 1;
  ScheduleTable schedules_;
  ActiveAttempts active_;
  std::optional<LocalEngine> engine_;
};

}  // namespace

int run_scheduler(const Invocation& invocation) {
  require_positionals(invocation, 0, 0);
  if (invocation.arguments.has("-o")) {
    if (invocation.arguments.has("-m")) {
      throw UsageError("Setting both --database and --memory is invalid");
    }
    throw Error("", "A database that outlives the scheduler is not part of this build.");
  }
  return LocalScheduler(invocation).run();
}

}  // namespace mogura::cli
