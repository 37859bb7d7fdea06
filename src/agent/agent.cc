#include "agent/agent.h"

#include <pthread.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "agent/lease_keeper.h"
#include "agent/worker_pool.h"
#include "base/mutex.h"
#include "executor/task_requests.h"

namespace mogura::agent {
namespace {

const Logger logger("io.digdag.core.agent.LocalAgent");

// How many entries one claim takes at most.
constexpr std::size_t kMaxClaim = 100;
// A store that is out of reach is asked for claims again after this.
constexpr std::chrono::seconds kPauseAfterError{1};
// Without notices the queue is looked at so seldom: one of them may get lost.
constexpr std::chrono::seconds kSweepInterval{60};
// A task that is killed before it begins ends no earlier than this after its claim: who kills twice
// in a row finds the attempt still ending, not ended (rest-api.md §10.6).
constexpr std::chrono::seconds kKilledAfter{1};

using SteadyClock = std::chrono::steady_clock;

engine::Event event_of(const store::Claim& claim, operators::TaskRun::Outcome outcome) {
  if (auto* done = std::get_if<operators::Done>(&outcome)) {
    return engine::TaskSucceeded{claim.task, claim.run, std::move(done->result)};
  }
  if (auto* poll = std::get_if<operators::Poll>(&outcome)) {
    return engine::TaskRetry{claim.task, claim.run, poll->interval, std::move(poll->state)};
  }
  return engine::TaskFailed{claim.task, claim.run, std::get<operators::Failure>(outcome).error};
}

bool needs_files(const operators::TaskRequest& request) {
  const auto name = operators::operator_name(request.config, request.local_config);
  if (!name) return false;
  const operators::OperatorKind* kind = operators::find_operator(*name);
  return kind == nullptr || kind->needs_files;
}

}  // namespace

struct Agent::Impl {
  // One execution of a task, from its claim to its report.
  struct Execution {
    store::Claim claim;
    store::Lease lease;
    Duration claimed_at{};  // on the clock's steady time
    std::string label;
    std::shared_ptr<TaskLog> log;
    std::unique_ptr<ProjectFiles> project;
    std::unique_ptr<operators::TaskRun> run;
    std::atomic<bool> canceled = false;
    std::atomic<bool> fenced = false;  // its lease is lost: it reports to nobody

    Mutex mutex;
    std::optional<command::CommandId> command MOGURA_GUARDED_BY(mutex);
    // Set: the command is ended by force when this is over.
    std::optional<std::chrono::milliseconds> end_within MOGURA_GUARDED_BY(mutex);
  };

  Impl(Dependencies given, Options given_options)
      : dependencies(std::move(given)),
        options(std::move(given_options)),
        pool({}),
        keeper(dependencies.store, dependencies.clock,
               {options.name, options.heartbeat_interval, options.lease_time}) {}

  void serve();
  void guard();
  bool wait_for_overdue_lease();
  void noticed(const store::Notice& notice);
  bool wait_for_work();
  Duration next_look() const MOGURA_REQUIRES(mutex);
  void keep_lease();
  bool guard_lease();
  void take_unknown_claims(std::size_t held);
  std::size_t free_slots() const MOGURA_REQUIRES(mutex);
  void claim_tasks();
  bool begin(store::Claim claim, const store::Lease& lease);
  bool postpone(const std::shared_ptr<Execution>& execution);
  void resume_postponed(Duration until) MOGURA_REQUIRES(mutex);
  void execute(const std::shared_ptr<Execution>& execution);
  void advance(const std::shared_ptr<Execution>& execution,
               const std::function<operators::TaskRun::Outcome()>& step);
  void handle(const std::shared_ptr<Execution>& execution, operators::TaskRun::Outcome outcome);
  void run_command(const std::shared_ptr<Execution>& execution, const command::Request& request);
  void cancel(Execution& execution);
  void end_command(Execution& execution);
  void end_tasks(std::optional<std::chrono::milliseconds> at_most);
  void fence();
  void finish_tasks();
  void forget_report(const store::Ownership& owned);

  const Dependencies dependencies;
  const Options options;
  WorkerPool pool;
  std::unique_ptr<store::Notices::Subscription> subscription;
  std::thread thread;
  std::thread guard_thread;

  // The agent's thread only, but for its options.
  LeaseKeeper keeper;
  Duration sweep_at{};  // the queue is looked at then, on the clock's steady time
  Duration claim_not_before{};

  Mutex mutex;
  Condition changed;
  bool claim_wanted MOGURA_GUARDED_BY(mutex) = true;
  bool claims_changed MOGURA_GUARDED_BY(mutex) = false;  // the store says so
  bool stopping MOGURA_GUARDED_BY(mutex) = false;
  bool ended MOGURA_GUARDED_BY(mutex) = false;  // its threads are to end
  // When the tasks are ended unless there is news of the lease, on the clock's steady time.
  Duration overdue_at MOGURA_GUARDED_BY(mutex) = Duration::max();
  bool overdue MOGURA_GUARDED_BY(mutex) = false;  // they were; the lease is to be given up
  std::map<store::EntryId, std::shared_ptr<Execution>> running MOGURA_GUARDED_BY(mutex);
  // Killed before they began, by the time when they are to end.
  std::multimap<Duration, std::shared_ptr<Execution>> postponed MOGURA_GUARDED_BY(mutex);
  // Ended, but the queue may not know yet. The lease is part of it: what was reported under a lost
  // one may be settled when the entry is this agent's again.
  std::set<std::pair<store::EntryId, store::LeaseId>> reported MOGURA_GUARDED_BY(mutex);
};

void Agent::Impl::noticed(const store::Notice& notice) {
  const bool claims = notice.queued || notice.missed;
  const bool ends = notice.canceled || notice.missed;
  if (!claims && !ends) return;
  {
    MutexLock lock(mutex);
    claim_wanted = claim_wanted || claims;
    claims_changed = claims_changed || ends;
  }
  changed.notify_all();
}

void Agent::Impl::serve() {
  while (wait_for_work()) {
    try {
      keep_lease();
      claim_tasks();
    } catch (const Error& error) {
      // What was claimed without this agent's knowledge shows when the lease is renewed.
      logger.error("Claiming tasks failed: {}. Trying again.", error.chain());
      claim_not_before = dependencies.clock.steady() + kPauseAfterError;
      MutexLock lock(mutex);
      claim_wanted = true;
    }
  }
}

// A store may hold up whoever asks it for longer than a lease lives. The tasks are ended in time
// all the same.
void Agent::Impl::guard() {
  while (wait_for_overdue_lease()) {
    logger.warn(
        "The store does not answer and the lease of this agent runs out. Ending its tasks.");
    end_tasks(keeper.time_to_end());
  }
}

// False when the agent is to end.
bool Agent::Impl::wait_for_overdue_lease() {
  MutexLock lock(mutex);
  while (!ended) {
    if (overdue_at == Duration::max()) {
      changed.wait(mutex);
      continue;
    }
    const Duration left = overdue_at - dependencies.clock.steady();
    if (left <= Duration::zero()) {
      overdue_at = Duration::max();
      overdue = true;
      return true;
    }
    changed.wait_until(mutex, SteadyClock::now() + left);
  }
  return false;
}

// When there is something to do: the lease is to be renewed, or there may be tasks to claim.
Duration Agent::Impl::next_look() const {
  Duration look = Duration::max();
  if (const auto beat = keeper.next_beat()) look = *beat;
  if (claims_changed) look = Duration::min();
  if (!postponed.empty()) look = std::min(look, postponed.begin()->first);
  if (stopping) return look;
  const Duration claim = claim_wanted ? claim_not_before : sweep_at;
  // A lease that could not be opened is tried for again at the next beat.
  return std::min(look, keeper.lease() || !keeper.next_beat() ? claim : look);
}

// False when the agent is to end. While tasks of a lost lease are ending there is nothing to do: a
// new lease could give them to this very agent again.
bool Agent::Impl::wait_for_work() {
  MutexLock lock(mutex);
  while (!ended) {
    const bool ending = !keeper.lease() && !running.empty();
    const Duration now = dependencies.clock.steady();
    resume_postponed(now);
    const Duration look = ending ? Duration::max() : next_look();
    if (look <= now) return true;
    auto wake = SteadyClock::time_point::max();
    if (look != Duration::max()) wake = SteadyClock::now() + (look - now);
    changed.wait_until(mutex, wake);
  }
  return false;
}

void Agent::Impl::keep_lease() {
  {
    MutexLock lock(mutex);
    const bool may_claim = !stopping && (claim_wanted || dependencies.clock.steady() >= sweep_at);
    if (may_claim || !running.empty() || !reported.empty()) keeper.use();
    if (std::exchange(claims_changed, false)) keeper.hurry();
  }
  Beat beat = keeper.beat();
  if (!beat.lost && !guard_lease()) beat = keeper.give_up();
  if (beat.lost) fence();
  if (!beat.renewal) return;
  for (const store::EntryId entry : beat.renewal->canceled) {
    std::shared_ptr<Execution> canceled;
    {
      MutexLock lock(mutex);
      if (const auto found = running.find(entry); found != running.end()) canceled = found->second;
    }
    if (canceled != nullptr) cancel(*canceled);
  }
  take_unknown_claims(beat.renewal->claims);
}

// Says how long the tasks may run without further news. False where they were ended meanwhile.
bool Agent::Impl::guard_lease() {
  {
    MutexLock lock(mutex);
    if (overdue) return false;
    overdue_at = keeper.lease() ? keeper.overdue_at() : Duration::max();
  }
  changed.notify_all();
  return true;
}

// A claim may have succeeded without its answer coming back.
void Agent::Impl::take_unknown_claims(std::size_t held) {
  {
    MutexLock lock(mutex);
    if (held <= running.size() + reported.size()) return;
  }
  for (store::Claim& claim : dependencies.store.claims_of(*keeper.lease())) {
    {
      MutexLock lock(mutex);
      const bool known =
          running.contains(claim.entry) || reported.contains({claim.entry, keeper.lease()->id});
      if (known) continue;
    }
    begin(std::move(claim), *keeper.lease());
  }
}

// Ends the tasks that run, politely, and by force when `at_most` is over. None of them reports.
void Agent::Impl::end_tasks(std::optional<std::chrono::milliseconds> at_most) {
  std::vector<std::shared_ptr<Execution>> ending;
  {
    MutexLock lock(mutex);
    for (const auto& [entry, execution] : running) {
      execution->fenced = true;
      ending.push_back(execution);
    }
    resume_postponed(Duration::max());
  }
  for (const auto& execution : ending) {
    {
      MutexLock lock(execution->mutex);
      if (at_most) execution->end_within = at_most;
    }
    end_command(*execution);
  }
}

// The lease is gone, its tasks may soon run elsewhere.
void Agent::Impl::fence() {
  end_tasks(keeper.time_to_end());
  MutexLock lock(mutex);
  overdue_at = Duration::max();
  overdue = false;
  reported.clear();
  claim_wanted = true;
}

// How many more tasks this agent may run. Those that only wait for their end take no place.
std::size_t Agent::Impl::free_slots() const {
  if (options.max_tasks <= 0) return kMaxClaim;
  const auto slots = static_cast<std::size_t>(options.max_tasks);
  const std::size_t taken = running.size() - postponed.size();
  return taken >= slots ? 0 : std::min(kMaxClaim, slots - taken);
}

void Agent::Impl::claim_tasks() {
  while (keeper.lease()) {
    std::size_t free = 0;
    {
      MutexLock lock(mutex);
      if (stopping) return;
      claim_wanted = false;
      free = free_slots();
    }
    sweep_at = dependencies.clock.steady() + kSweepInterval;
    if (free == 0) return;
    const store::Lease lease = *keeper.lease();
    std::vector<store::Claim> claims = dependencies.store.claim(lease, free);
    if (claims.empty()) return;
    for (store::Claim& claim : claims) {
      if (!begin(std::move(claim), lease)) return;
    }
  }
}

// False where the store's answer came too late: the claim goes back with the lease.
bool Agent::Impl::begin(store::Claim claim, const store::Lease& lease) {
  auto execution = std::make_shared<Execution>();
  execution->canceled = claim.canceled;
  execution->claim = std::move(claim);
  execution->lease = lease;
  execution->claimed_at = dependencies.clock.steady();
  {
    MutexLock lock(mutex);
    if (stopping || overdue || execution->claimed_at >= overdue_at) return false;
    running.emplace(execution->claim.entry, execution);
  }
  pool.submit([this, execution] { execute(execution); });
  return true;
}

// Whether the task is to end later.
bool Agent::Impl::postpone(const std::shared_ptr<Execution>& execution) {
  const Duration end = execution->claimed_at + kKilledAfter;
  if (dependencies.clock.steady() >= end) return false;
  {
    MutexLock lock(mutex);
    if (execution->fenced) return false;
    postponed.emplace(end, execution);
    claim_wanted = claim_wanted || options.max_tasks > 0;
  }
  changed.notify_all();
  return true;
}

void Agent::Impl::resume_postponed(Duration until) {
  const auto later = postponed.upper_bound(until);
  for (auto at = postponed.begin(); at != later; at = postponed.erase(at)) {
    pool.submit([this, execution = at->second] { execute(execution); });
  }
}

void Agent::Impl::execute(const std::shared_ptr<Execution>& execution) {
  if (execution->canceled && postpone(execution)) return;
  operators::TaskRequest request = executor::request_from(execution->claim.payload);
  execution->claim.payload = Value();
  if (execution->canceled) request.cancel_requested = true;
  execution->label = operators::task_label(request);
  operators::RunOptions run_options = dependencies.run_options;
  try {
    if (dependencies.open_task_log) execution->log = dependencies.open_task_log(request);
    if (dependencies.open_project && needs_files(request)) {
      execution->project = dependencies.open_project(request);
      run_options.project_path = execution->project->path();
    }
  } catch (const Error& error) {
    advance(execution, [&] { return operators::outcome_of(request, error); });
    return;
  }
  execution->run = std::make_unique<operators::TaskRun>(
      std::move(request), dependencies.environment, std::move(run_options),
      [state = execution.get()] { return state->canceled || state->fenced; });
  advance(execution, [&] { return execution->run->start(); });
}

// What a step logs is in the task's log, which is closed before the task's end is known to anybody.
void Agent::Impl::advance(const std::shared_ptr<Execution>& execution,
                          const std::function<operators::TaskRun::Outcome()>& step) {
  std::optional<LogScope> scope(std::in_place, execution->label, execution->log);
  operators::TaskRun::Outcome outcome = step();
  scope.reset();
  handle(execution, std::move(outcome));
}

void Agent::Impl::handle(const std::shared_ptr<Execution>& execution,
                         operators::TaskRun::Outcome outcome) {
  if (const auto* request = std::get_if<command::Request>(&outcome)) {
    run_command(execution, *request);
    return;
  }
  execution->run.reset();
  execution->log.reset();
  const store::Claim& claim = execution->claim;
  if (!execution->fenced) {
    const store::Ownership owned{claim.entry, execution->lease.id, execution->lease.epoch};
    {
      MutexLock lock(mutex);
      reported.emplace(owned.entry, owned.lease);
    }
    dependencies.report(claim.attempt, event_of(claim, std::move(outcome)), owned,
                        [this, owned] { forget_report(owned); });
  }
  execution->project.reset();
  bool waited_for = false;  // by the agent's thread, or by stop()
  {
    MutexLock lock(mutex);
    running.erase(claim.entry);
    if (options.max_tasks > 0) claim_wanted = true;
    waited_for = claim_wanted || running.empty();
  }
  if (waited_for) changed.notify_all();
}

void Agent::Impl::run_command(const std::shared_ptr<Execution>& execution,
                              const command::Request& request) {
  command::Callbacks callbacks;
  callbacks.output = [this, execution](std::string_view bytes) {
    if (execution->log != nullptr) execution->log->output(bytes);
    dependencies.environment.print(bytes);
  };
  callbacks.finished = [this, execution](command::Finished finished) {
    pool.submit_ahead([this, execution, finished = std::move(finished)] {
      {
        MutexLock lock(execution->mutex);
        execution->command.reset();
      }
      advance(execution, [&] { return execution->run->command_finished(finished); });
    });
  };
  try {
    MutexLock lock(execution->mutex);
    execution->command = dependencies.commands.start(request, std::move(callbacks));
  } catch (const Error& error) {
    advance(execution, [&] { return execution->run->command_not_started(error); });
    return;
  }
  // A cancel may have come before there was a command to end.
  if (execution->canceled || execution->fenced) end_command(*execution);
}

void Agent::Impl::forget_report(const store::Ownership& owned) {
  {
    MutexLock lock(mutex);
    reported.erase({owned.entry, owned.lease});
    if (!stopping) return;
  }
  changed.notify_all();
}

void Agent::Impl::cancel(Execution& execution) {
  execution.canceled = true;
  end_command(execution);
}

void Agent::Impl::end_command(Execution& execution) {
  MutexLock lock(execution.mutex);
  if (!execution.command) return;
  if (execution.end_within) {
    dependencies.commands.cancel_within(*execution.command, *execution.end_within);
  } else {
    dependencies.commands.cancel(*execution.command);
  }
}

Agent::Agent(Dependencies dependencies, Options options)
    : impl_(std::make_unique<Impl>(std::move(dependencies), std::move(options))) {}

Agent::~Agent() {
  stop();
}

void Agent::start() {
  impl_->subscription = impl_->dependencies.store.watch(
      [impl = impl_.get()](const store::Notice& notice) { impl->noticed(notice); });
  impl_->thread = std::thread([impl = impl_.get()] {
    ::pthread_setname_np(::pthread_self(), "agent");
    impl->serve();
  });
  impl_->guard_thread = std::thread([impl = impl_.get()] {
    ::pthread_setname_np(::pthread_self(), "agent-guard");
    impl->guard();
  });
}

// Waits for the tasks as long as the options say, then ends them politely: their lease is renewed
// until they have ended.
void Agent::Impl::finish_tasks() {
  const SteadyClock::time_point patience = SteadyClock::now() + options.stop_timeout;
  {
    MutexLock lock(mutex);
    while (!(running.empty() && reported.empty()) && SteadyClock::now() < patience) {
      changed.wait_until(mutex, patience);
    }
  }
  end_tasks({});
  MutexLock lock(mutex);
  while (!running.empty()) changed.wait(mutex);
}

void Agent::stop() {
  {
    MutexLock lock(impl_->mutex);
    if (std::exchange(impl_->stopping, true)) return;
    const std::size_t count = impl_->running.size();
    const bool waits = count > 0 && impl_->options.stop_timeout.count() > 0;
    if (waits) logger.info("Waiting for completion of {} running tasks...", count);
  }
  if (!impl_->thread.joinable()) return;
  impl_->finish_tasks();
  {
    MutexLock lock(impl_->mutex);
    impl_->ended = true;
  }
  impl_->changed.notify_all();
  impl_->thread.join();
  impl_->guard_thread.join();
  impl_->pool.stop();
  impl_->subscription.reset();
  impl_->keeper.close();
}

}  // namespace mogura::agent
