#include "scheduler/scheduler.h"

#include <pthread.h>

#include <thread>

#include "base/log.h"
#include "base/mutex.h"
#include "executor/stored_workflows.h"
#include "scheduler/schedule_rules.h"
#include "workflow/compiler.h"

namespace mogura::scheduler {
namespace {

constexpr Logger kScheduleLog("io.digdag.core.schedule.ScheduleExecutor");

constexpr std::size_t kMaxDueSchedules = 100;
// A store that is out of reach is asked again after this.
constexpr std::chrono::seconds kPauseAfterError{1};
// The longest sleep: clocks may be set, and a notice may get lost.
constexpr std::chrono::seconds kMaxSleep{60};

bool is_limit(const Error& error) {
  return error.kind().ends_with("limit exceeded");
}

// What may be over in a moment, for which no session is put off.
bool is_passing(const Error& error) {
  return error.kind() == "database" || error.kind() == "conflict" || error.kind() == "io";
}

// Instead of a workflow with too many tasks: an attempt that fails and says why.
workflow::TaskTree failing_tree(const std::string& workflow, const Error& error) {
  return workflow::compile("", "+" + workflow,
                           Object{{"+start", Object{{"fail>", error.message()}}}});
}

}  // namespace

struct Scheduler::Impl {
  explicit Impl(const Dependencies& given) : dependencies(given) {}

  void handle(const store::Schedule& schedule);
  store::ScheduleMove move_of(const store::Schedule& schedule);
  std::optional<executor::Workflow> find_workflow(const store::Schedule& schedule);
  void start(const store::Schedule& schedule, executor::Workflow workflow);
  void run_due();
  void serve();
  bool wait_until(std::optional<Instant> wake);
  bool is_stopping() {
    MutexLock lock(mutex);
    return stopping;
  }

  const Dependencies dependencies;
  Mutex mutex;
  Condition changed;
  bool schedules_changed MOGURA_GUARDED_BY(mutex) = false;
  bool stopping MOGURA_GUARDED_BY(mutex) = false;
  std::unique_ptr<store::Notices::Subscription> subscription;
  std::thread thread;
};

std::optional<executor::Workflow> Scheduler::Impl::find_workflow(const store::Schedule& schedule) {
  const auto details = dependencies.database.find_workflow(schedule.site, schedule.workflow);
  if (!details || details->project.deleted_at) return std::nullopt;
  return executor::workflow_of(*details);
}

// A session whose workflow breaks a limit by itself would never start: it fails where people see
// it. Other limits are a matter of time.
void Scheduler::Impl::start(const store::Schedule& schedule, executor::Workflow workflow) {
  executor::StartRequest request;
  request.session_time = schedule.next.session_time;
  request.run_time = schedule.next.run_time;
  request.last_executed_session_time = schedule.last_session_time;
  request.workflow = std::move(workflow);
  try {
    dependencies.executor.start_attempt(request);
  } catch (const Error& error) {
    if (error.kind() != "task limit exceeded") throw;
    kScheduleLog.error("Workflow {} of project {} fails: {}", schedule.workflow_name,
                       schedule.project_name, error.chain());
    request.subtree = failing_tree(schedule.workflow_name, error);
    dependencies.executor.start_attempt(request);
  }
}

// Does what is due and says how the schedule goes on.
store::ScheduleMove Scheduler::Impl::move_of(const store::Schedule& schedule) {
  store::ScheduleMove move{schedule.next, schedule.last_session_time, schedule.disabled_at};
  const Instant now = dependencies.clock.now();
  const auto put_off = [&](std::chrono::seconds pause, const std::string& reason) {
    kScheduleLog.error(
        "Starting session {} of workflow {} of project {} failed; trying again in {} seconds: {}",
        calendar::utc_iso(schedule.next.session_time), schedule.workflow_name,
        schedule.project_name, pause.count(), reason);
    move.next.run_time = now + pause;
  };
  try {
    auto workflow = find_workflow(schedule);
    const auto times =
        workflow ? find_schedule(workflow->definition.config, workflow->definition.timezone)
                 : std::nullopt;
    if (!times) {
      put_off(kRetryAfterError, "its definition is not there");
      return move;
    }
    const bool is_active = times->skip_on_overtime && dependencies.database.has_running(
                                                          schedule.project, schedule.workflow_name);
    if (decide(*times, schedule.next, now, is_active) == Decision::start) {
      start(schedule, std::move(*workflow));
      move.last_session_time = schedule.next.session_time;
    } else {
      kScheduleLog.info("Skipping session {} of workflow {} of project {}: {}",
                        calendar::utc_iso(schedule.next.session_time), schedule.workflow_name,
                        schedule.project_name, is_active ? "another one runs" : "it is late");
    }
    move.next = times->next(schedule.next.session_time);
  } catch (const Error& error) {
    if (is_passing(error)) throw;
    put_off(is_limit(error) ? kRetryAfterLimit : kRetryAfterError, error.chain());
  }
  return move;
}

void Scheduler::Impl::handle(const store::Schedule& schedule) {
  const store::ScheduleMove move = move_of(schedule);
  // Where somebody else was faster, what is due now is seen when it is listed again.
  dependencies.database.move_schedule(schedule, move, dependencies.clock.now());
}

void Scheduler::Impl::run_due() {
  std::vector<store::Schedule> due;
  do {
    due = dependencies.database.schedules_due(dependencies.clock.now(), kMaxDueSchedules);
    for (const store::Schedule& schedule : due) {
      if (is_stopping()) return;
      handle(schedule);
    }
  } while (!due.empty());
}

void Scheduler::Impl::serve() {
  std::optional<Instant> wake;
  do {
    try {
      run_due();
      wake = dependencies.database.next_schedule_run();
    } catch (const Error& error) {
      kScheduleLog.error("{}", error.chain());
      wake = dependencies.clock.now() + kPauseAfterError;
    }
  } while (wait_until(wake));
}

// False when the scheduler is to end.
bool Scheduler::Impl::wait_until(std::optional<Instant> wake) {
  MutexLock lock(mutex);
  Duration left = kMaxSleep;
  if (wake) left = std::min(left, *wake - dependencies.clock.now());
  const auto deadline = std::chrono::steady_clock::now() + left;
  while (!stopping && !schedules_changed && std::chrono::steady_clock::now() < deadline) {
    changed.wait_until(mutex, deadline);
  }
  schedules_changed = false;
  return !stopping;
}

Scheduler::Scheduler(const Dependencies& dependencies)
    : impl_(std::make_unique<Impl>(dependencies)) {}

Scheduler::~Scheduler() {
  stop();
}

void Scheduler::run_due() {
  impl_->run_due();
}

std::optional<Instant> Scheduler::next_run() {
  return impl_->dependencies.database.next_schedule_run();
}

void Scheduler::start() {
  impl_->subscription =
      impl_->dependencies.database.watch([impl = impl_.get()](const store::Notice& notice) {
        if (!notice.schedules && !notice.missed) return;
        {
          MutexLock lock(impl->mutex);
          impl->schedules_changed = true;
        }
        impl->changed.notify_all();
      });
  impl_->thread = std::thread([impl = impl_.get()] {
    ::pthread_setname_np(::pthread_self(), "scheduler");
    impl->serve();
  });
}

void Scheduler::stop() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->subscription.reset();
}

}  // namespace mogura::scheduler
