#include "executor/cached_attempt.h"

#include "engine/params.h"

namespace mogura::executor {
namespace {

const Logger logger("io.digdag.core.workflow.WorkflowExecutor");

engine::Event event_of(engine::TaskIndex task, std::int32_t run,
                       operators::TaskRun::Outcome outcome) {
  if (auto* done = std::get_if<operators::Done>(&outcome)) {
    return engine::TaskSucceeded{task, run, std::move(done->result)};
  }
  if (auto* poll = std::get_if<operators::Poll>(&outcome)) {
    return engine::TaskRetry{task, run, poll->interval, std::move(poll->state)};
  }
  return engine::TaskFailed{task, run, std::get<operators::Failure>(outcome).error};
}

// The label under which a task's lines are logged before it has a request of its own.
operators::TaskRequest label_request(const CachedAttempt& cached, engine::TaskIndex task) {
  operators::TaskRequest request;
  request.site = cached.info.site;
  request.project_name = cached.info.project_name;
  request.session = cached.info.session;
  request.attempt = cached.info.id;
  request.task_name = cached.attempt.tasks[task].full_name;
  return request;
}

// The failure of a task that could not even be begun.
engine::TaskFailed failure_of(const CachedAttempt& cached, engine::TaskIndex task,
                              const Error& error) {
  const operators::TaskRequest label = label_request(cached, task);
  const LogScope scope(operators::task_label(label));
  return {task, cached.attempt.tasks[task].run, operators::fail_task(label, error).error};
}

void log_notes(const CachedAttempt& cached, const std::vector<engine::Note>& notes) {
  for (const engine::Note& note : notes) {
    const LogScope scope(operators::task_label(label_request(cached, note.task)));
    logger.log(note.level, "{}", note.text);
  }
}

}  // namespace

CachedAttempt::CachedAttempt(store::Loaded loaded)
    : info(std::move(loaded.info)),
      attempt(std::move(loaded.attempt)),
      version(loaded.version),
      monitor(std::move(loaded.monitor)),
      requests(info) {
  note_stored();
  for (engine::TaskIndex task = 0; task < attempt.tasks.size(); ++task) {
    if (attempt.tasks[task].state == engine::TaskState::running && !loaded.queued.contains(task)) {
      undispatched.push_back(task);
    }
  }
}

// An attempt that had to wait for its turn begins with its first task.
void CachedAttempt::limit_time(const TimeToLive& time_to_live) {
  is_limited = true;
  attempt.time_limits.task_ttl = time_to_live.task;
  if (!time_to_live.attempt) return;
  std::optional<Instant> begun_at;
  for (const engine::Task& task : attempt.tasks) {
    if (task.started_at) begun_at = std::min(begun_at.value_or(*task.started_at), *task.started_at);
  }
  attempt.time_limits.attempt_ends = begun_at.value_or(info.created_at) + *time_to_live.attempt;
}

void BatchRunner::run(AttemptWork& work) const {
  CachedAttempt& cached = *work.cached;
  const Duration deadline = dependencies_.clock.steady() + dependencies_.batch.time;
  int inline_runs = 0;
  const bool begins = cached.version == store::Version{};
  for (const engine::TaskIndex task : std::exchange(cached.undispatched, {})) {
    if (begins) begin_now(work, task);
    dispatch(work, task);
  }
  if (begins || !cached.is_limited) cached.limit_time(dependencies_.time_to_live);
  if (std::exchange(cached.due, false)) apply_due(work);
  while (true) {
    if (!cached.known_results.empty()) {
      const engine::Event known = std::move(cached.known_results.front());
      cached.known_results.pop_front();
      apply(work, known);
    } else if (!cached.events.empty()) {
      PostedEvent next = std::move(cached.events.front());
      if (next.alone && !work.applied.empty()) return;
      cached.events.pop_front();
      const bool alone = next.alone;
      apply_posted(work, std::move(next));
      if (alone) return;
    } else if (!cached.inline_tasks.empty()) {
      if (inline_runs++ >= dependencies_.batch.inline_tasks ||
          dependencies_.clock.steady() > deadline) {
        return;
      }
      const engine::TaskIndex task = cached.inline_tasks.front();
      cached.inline_tasks.pop_front();
      if (cached.attempt.tasks[task].state != engine::TaskState::running) continue;
      apply(work, run_inline(work, task));
    } else {
      return;
    }
  }
}

void BatchRunner::apply_due(AttemptWork& work) const {
  CachedAttempt& cached = *work.cached;
  apply(work, engine::TimerDue{});
  if (!cached.monitor || cached.monitor->due > dependencies_.clock.now()) return;
  apply(work, engine::SlaDue{std::exchange(cached.monitor, std::nullopt)->sla});
  work.monitor_fired = true;
}

// A result that the engine ignores is of a run that has ended: it has no entry to complete.
void BatchRunner::apply_posted(AttemptWork& work, PostedEvent posted) const {
  const bool applied = apply(work, posted.event);
  if (applied && posted.claim) work.completed.push_back(*posted.claim);
  work.applied.push_back(std::move(posted));
}

bool BatchRunner::apply(AttemptWork& work, const engine::Event& event) const {
  CachedAttempt& cached = *work.cached;
  const engine::Changes changes = engine::apply(cached.attempt, event, dependencies_.clock.now());
  log_notes(cached, changes.notes);
  work.changed.insert(work.changed.end(), changes.changed.begin(), changes.changed.end());
  for (const engine::TaskIndex task : changes.to_cancel) {
    work.cancel.push_back({task, cached.attempt.tasks[task].run});
  }
  for (const engine::TaskIndex task : changes.to_run) dispatch(work, task);
  return changes.applied;
}

// Decides where a task runs: nowhere (its result is known), here, or with an agent; or leaves that
// to the next batch.
void BatchRunner::dispatch(AttemptWork& work, engine::TaskIndex task) const {
  CachedAttempt& cached = *work.cached;
  const engine::Task& row = cached.attempt.tasks[task];
  const std::int32_t run = row.run;
  if (dependencies_.known_results != nullptr && !row.has(engine::kCancelRequested)) {
    if (auto known = dependencies_.known_results->find(cached.info, row.full_name)) {
      const LogScope scope(operators::task_label(label_request(cached, task)));
      logger.warn("Skipped");
      cached.known_results.push_back(engine::TaskSucceeded{task, run, std::move(*known)});
      return;
    }
  }
  try {
    if (runs_inline(cached.attempt, task)) {
      cached.inline_tasks.push_back(task);
    } else if (work.enqueue.size() >= dependencies_.batch.queued_tasks) {
      cached.undispatched.push_back(task);
    } else {
      work.enqueue.push_back(
          {task, run, to_value(cached.requests.make(cached.info, cached.attempt, task))});
    }
  } catch (const ConfigError& error) {
    cached.known_results.push_back(failure_of(cached, task, error));
  }
}

// The first tasks of an attempt that had to wait for its turn begin when it does.
void BatchRunner::begin_now(AttemptWork& work, engine::TaskIndex task) const {
  constexpr std::chrono::seconds kLongAgo{5};
  const Instant now = dependencies_.clock.now();
  const engine::Task& row = work.cached->attempt.tasks[task];
  if (!row.started_at || *row.started_at + kLongAgo > now) return;
  engine::count_from(work.cached->attempt, task, now);
  work.changed.push_back(task);
}

bool BatchRunner::runs_inline(engine::Attempt& attempt, engine::TaskIndex task) const {
  const Value params = engine::task_params(attempt, task);
  const auto name =
      operators::operator_name(params.as_object(), attempt.tasks[task].config.as_object());
  if (!name) return false;
  const operators::OperatorKind* kind = operators::find_operator(*name);
  if (kind == nullptr || !kind->runs_inline) return false;
  return !kind->needs_files || !dependencies_.run_options.project_path.empty();
}

engine::Event BatchRunner::run_inline(AttemptWork& work, engine::TaskIndex task) const {
  CachedAttempt& cached = *work.cached;
  try {
    operators::TaskRequest request = cached.requests.make(cached.info, cached.attempt, task);
    const std::shared_ptr<TaskLog> log =
        dependencies_.open_task_log ? dependencies_.open_task_log(request) : nullptr;
    const LogScope scope(operators::task_label(request), log);
    operators::TaskRun task_run(std::move(request), dependencies_.environment,
                                dependencies_.run_options, [] { return false; });
    return event_of(task, cached.attempt.tasks[task].run, task_run.start());
  } catch (const Error& error) {  // before there was a run that could fail
    const engine::Task& row = cached.attempt.tasks[task];
    operators::TaskRequest label = label_request(cached, task);
    if (row.state_params.is_object()) label.state_params = row.state_params.as_object();
    const LogScope scope(operators::task_label(label));
    return event_of(task, row.run, operators::outcome_of(label, error));
  }
}

}  // namespace mogura::executor
