#include "executor/executor.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>
#include <thread>

#include "base/heap.h"
#include "base/mutex.h"
#include "executor/cached_attempt.h"
#include "executor/lease_watch.h"

namespace mogura::executor {
namespace {

const Logger executor_logger("io.digdag.core.workflow.WorkflowExecutor");

// Attempts that are looked at in one batch because their time has come.
constexpr std::size_t kMaxDueAttempts = 100;
// An error outside of any attempt, as a store that is out of reach, is tried again after this.
constexpr std::chrono::seconds kPauseAfterError{1};
// An executor that does not go on with an attempt for so long has died: others take over.
constexpr std::chrono::seconds kTakeOverAfter{1};
// So often a start that others race with is tried.
constexpr int kMaxStartTries = 5;
// A wake that is so far away stays as it is stored when it could come later.
constexpr std::chrono::hours kFarAway{1};
// An executor that had nothing to do for so long returns the memory that its work has left free.
constexpr std::chrono::seconds kIdleAfter{1};
// The longest sleep: clocks may be set, and other processes may have stored something.
constexpr std::chrono::seconds kMaxSleep{10};

}  // namespace

struct Executor::Impl {
  struct Post {
    AttemptId attempt;
    PostedEvent event;
  };

  explicit Impl(Dependencies given)
      : dependencies(std::move(given)), runner(dependencies), leases(dependencies.store) {}

  CachedAttempt* cached(AttemptId id);
  void tell_observer(AttemptWork& work);
  void take_new_attempts();
  void take_posts();
  void take_due();
  void watch_leases();
  void run_attempts();
  bool can_wait(const AttemptWork& work) const;
  bool may_gather() const;
  void commit();
  void finish(AttemptWork& work);
  void redo(AttemptWork& work, bool claim_lost);
  void forget(AttemptId id) { attempts.erase(id); }
  void trim_cache();
  std::optional<Instant> wake_of(const CachedAttempt& attempt) const;
  void check_running(SiteId site, std::int64_t more);
  store::NewAttempt prepare(const StartRequest& request);
  std::optional<store::AttemptState> insert(const std::function<void()>& prepare_all,
                                            const std::vector<store::NewAttempt>& made);
  void begin(store::NewAttempt attempt);
  void noticed(const store::Notice& notice);
  void store_the_rest();
  void return_memory();
  void pause();
  bool wait_for_work(Instant wake);
  bool is_stopping() {
    MutexLock lock(mutex);
    return stopping;
  }

  // The executor's thread only.
  const Dependencies dependencies;
  const BatchRunner runner;
  LeaseWatch leases;
  std::map<AttemptId, std::unique_ptr<CachedAttempt>> attempts;
  std::vector<AttemptId> active;           // with work
  std::deque<Post> arrived;                // posts that their attempts do not have yet
  std::map<AttemptId, AttemptWork> works;  // applied, but not stored yet
  Duration works_since{};                  // on the clock's steady time

  Mutex mutex;
  Condition work_came;
  std::vector<Post> posts MOGURA_GUARDED_BY(mutex);
  std::vector<store::NewAttempt> new_attempts MOGURA_GUARDED_BY(mutex);
  bool has_worked = false;  // since memory was returned; the executor's thread only
  // What the store said since the last batch: there may be work from then on.
  std::optional<Instant> noticed_wake MOGURA_GUARDED_BY(mutex);
  bool stopping MOGURA_GUARDED_BY(mutex) = false;
  std::unique_ptr<store::Notices::Subscription> subscription;
  std::thread thread;
};

CachedAttempt* Executor::Impl::cached(AttemptId id) {
  const auto found = attempts.find(id);
  if (found != attempts.end()) return found->second.get();
  auto loaded = dependencies.store.load(id);
  if (!loaded) return nullptr;
  auto attempt = std::make_unique<CachedAttempt>(std::move(*loaded));
  return attempts.emplace(id, std::move(attempt)).first->second.get();
}

void Executor::Impl::trim_cache() {
  const std::size_t most = dependencies.max_cached_attempts;
  for (auto at = attempts.begin(); attempts.size() > most && at != attempts.end();) {
    const auto next = std::next(at);
    if (!at->second->has_work() && !works.contains(at->first)) attempts.erase(at);
    at = next;
  }
}

// Who starts an attempt goes on with it: nothing is loaded.
void Executor::Impl::take_new_attempts() {
  std::vector<store::NewAttempt> taken;
  {
    MutexLock lock(mutex);
    taken.swap(new_attempts);
  }
  for (store::NewAttempt& added : taken) {
    const AttemptId id = added.info.id;
    auto attempt = std::make_unique<CachedAttempt>(store::Loaded{
        std::move(added.info), std::move(added.attempt), {}, std::move(added.monitor), {}});
    attempt->due = true;
    attempts.emplace(id, std::move(attempt));
    active.push_back(id);
  }
}

// A post leaves `arrived` when its attempt has it: loading that may throw.
void Executor::Impl::take_posts() {
  {
    MutexLock lock(mutex);
    std::ranges::move(posts, std::back_inserter(arrived));
    posts.clear();
  }
  while (!arrived.empty()) {
    Post& post = arrived.front();
    CachedAttempt* const attempt = cached(post.attempt);
    if (attempt == nullptr || attempt->attempt.done()) {
      post.event.settle();
      forget(post.attempt);
    } else {
      attempt->events.push_back(std::move(post.event));
      active.push_back(post.attempt);
    }
    arrived.pop_front();
  }
}

void Executor::Impl::take_due() {
  const Instant now = dependencies.clock.now();
  for (const AttemptId id : dependencies.store.attempts_due(now, kMaxDueAttempts)) {
    CachedAttempt* attempt = cached(id);
    if (attempt == nullptr) continue;
    attempt->due = true;
    active.push_back(id);
  }
}

void Executor::Impl::watch_leases() {
  const std::size_t returned = leases.look(dependencies.clock.steady());
  if (returned == 0) return;
  executor_logger.warn("{} task locks are expired. Tasks will be retried.", returned);
}

void Executor::Impl::run_attempts() {
  std::ranges::sort(active);
  active.erase(std::ranges::unique(active).begin(), active.end());
  if (works.empty()) works_since = dependencies.clock.steady();
  for (const AttemptId id : std::exchange(active, {})) {
    const auto found = attempts.find(id);
    if (found == attempts.end()) continue;
    AttemptWork& work = works[id];
    work.cached = found->second.get();
    runner.run(work);
  }
}

// Whether the work is only results of tasks, and nobody waits for what follows from them.
bool Executor::Impl::can_wait(const AttemptWork& work) const {
  const CachedAttempt& cached = *work.cached;
  const auto is_result = [](const PostedEvent& posted) { return posted.claim.has_value(); };
  return !work.applied.empty() && std::ranges::all_of(work.applied, is_result) &&
         work.enqueue.empty() && work.cancel.empty() && !work.monitor_fired && !cached.has_work() &&
         !cached.attempt.done() && wake_of(cached) == cached.stored_wake;
}

bool Executor::Impl::may_gather() const {
  return dependencies.clock.steady() - works_since < dependencies.batch.commit_delay &&
         std::ranges::all_of(works, [&](const auto& work) { return can_wait(work.second); });
}

std::optional<Instant> Executor::Impl::wake_of(const CachedAttempt& attempt) const {
  if (attempt.attempt.done()) return std::nullopt;
  std::optional<Instant> wake = attempt.attempt.next_timer();
  const auto at_the_latest = [&](Instant time) { wake = std::min(wake.value_or(time), time); };
  if (attempt.monitor) at_the_latest(attempt.monitor->due);
  const Instant now = dependencies.clock.now();
  if (attempt.has_work()) at_the_latest(now + kTakeOverAfter);
  // To wake too early does no harm, while each change costs the database some work.
  const std::optional<Instant>& stored = attempt.stored_wake;
  if (wake && stored && *stored <= *wake && *stored > now + kFarAway) return stored;
  return wake;
}

void Executor::Impl::commit() {
  std::map<AttemptId, AttemptWork> applied = std::exchange(works, {});
  std::vector<store::Commit> commits;
  commits.reserve(applied.size());
  for (auto& [id, work] : applied) {
    const CachedAttempt& cached = *work.cached;
    work.wake_at = wake_of(cached);
    commits.push_back({cached.info.id, cached.version, &cached.attempt, work.changed,
                       std::move(work.enqueue), work.completed, work.cancel, work.wake_at,
                       work.wake_at != cached.stored_wake, work.monitor_fired, cached.stored_tasks,
                       cached.stored_barriers});
  }
  std::vector<store::CommitResult> results;
  try {
    results = dependencies.store.commit(commits);
  } catch (const Error& error) {
    // Whether it was stored is unknown. The events are applied again to what the store has; those
    // that it has seen are ignored.
    executor_logger.error("Storing the changes of {} attempts failed: {}. Trying again.",
                          applied.size(), error.chain());
    for (auto& [id, work] : applied) redo(work, /*claim_lost=*/false);
    throw;
  }
  auto result = results.begin();
  for (auto& [id, work] : applied) {
    if (*result == store::CommitResult::committed) {
      finish(work);
    } else {
      redo(work, *result == store::CommitResult::claim_lost);
    }
    ++result;
  }
}

void Executor::Impl::tell_observer(AttemptWork& work) {
  CachedAttempt& attempt = *work.cached;
  if (dependencies.observer == nullptr) return;
  if (std::exchange(attempt.is_new_here, false)) {
    work.changed.resize(attempt.attempt.tasks.size());
    std::iota(work.changed.begin(), work.changed.end(), engine::TaskIndex{0});
  } else {
    std::ranges::sort(work.changed);
    work.changed.erase(std::ranges::unique(work.changed).begin(), work.changed.end());
  }
  dependencies.observer->committed(attempt.info, attempt.attempt, work.changed);
}

// The changes are stored: sends what follows from them.
void Executor::Impl::finish(AttemptWork& work) {
  CachedAttempt& attempt = *work.cached;
  ++attempt.version.value;
  attempt.note_stored();
  attempt.stored_wake = work.wake_at;
  for (const PostedEvent& posted : work.applied) posted.settle();
  tell_observer(work);
  if (attempt.attempt.done()) {
    for (const PostedEvent& posted : attempt.events) posted.settle();
    forget(attempt.info.id);
  } else if (attempt.has_work()) {
    active.push_back(attempt.info.id);
  }
}

// Nothing of the work counts: what was posted is applied to the newest version, everything else
// follows from that. A lost claim would be refused again and take the others with it, so each claim
// gets a commit of its own, and one that is refused alone is dropped.
void Executor::Impl::redo(AttemptWork& work, bool claim_lost) {
  const AttemptId id = work.cached->info.id;
  for (PostedEvent& posted : work.applied) {
    if (claim_lost && posted.alone) {
      executor_logger.warn("Ignoring the result of a task that another agent owns by now.");
      posted.settle();
      continue;
    }
    posted.alone = posted.alone || (claim_lost && posted.claim.has_value());
    arrived.push_back({id, std::move(posted)});
  }
  for (PostedEvent& posted : work.cached->events) arrived.push_back({id, std::move(posted)});
  forget(id);
}

// What cannot be stored is posted to others again: it was not settled.
void Executor::Impl::store_the_rest() {
  if (works.empty()) return;
  try {
    commit();
  } catch (const Error&) {
    // commit() has logged it.
  }
}

void Executor::Impl::return_memory() {
  has_worked = false;
  return_free_memory();
}

// Whatever comes meanwhile: a store that fails says so each time, and what ran inside of the batch
// runs again with it.
void Executor::Impl::pause() {
  MutexLock lock(mutex);
  const auto end = std::chrono::steady_clock::now() + kPauseAfterError;
  while (!stopping && std::chrono::steady_clock::now() < end) work_came.wait_until(mutex, end);
}

bool Executor::Impl::wait_for_work(Instant wake) {
  MutexLock lock(mutex);
  const auto longest = std::chrono::steady_clock::now() + kMaxSleep;
  const auto idle_at = std::chrono::steady_clock::now() + kIdleAfter;
  while (posts.empty() && new_attempts.empty() && !stopping) {
    const Duration left = std::min(wake, noticed_wake.value_or(wake)) - dependencies.clock.now();
    const auto now = std::chrono::steady_clock::now();
    auto deadline = std::min(longest, now + std::min(left, Duration(kMaxSleep)));
    if (now >= deadline) break;
    if (has_worked && now >= idle_at) return_memory();
    if (has_worked) deadline = std::min(deadline, idle_at);
    work_came.wait_until(mutex, deadline);
  }
  noticed_wake.reset();
  return !stopping;
}

void Executor::Impl::check_running(SiteId site, std::int64_t more) {
  const std::optional<std::int64_t> limit = dependencies.limits.max_running_attempts;
  if (!limit) return;
  const std::int64_t running = dependencies.store.count_running(site);
  if (running + more <= *limit) return;
  throw Error("attempt limit exceeded",
              "Too many attempts running. Limit: " + std::to_string(*limit) +
                  ", Current: " + std::to_string(running));
}

// Its first tasks are dispatched by the executor's thread, as those of a loaded attempt are.
store::NewAttempt Executor::Impl::prepare(const StartRequest& request) {
  const ProjectId project = request.workflow.project;
  const std::string& workflow = request.workflow.definition.name;
  const store::AttemptIds ids =
      dependencies.store.reserve_ids(project, workflow, request.session_time);
  const Instant now = dependencies.clock.now();
  store::NewAttempt attempt = prepare_attempt(request, ids, dependencies.limits, now).attempt;
  executor_logger.info(
      "Starting a new session project id={} workflow name={} session_time={}", project.value,
      workflow,
      calendar::iso_time(request.session_time,
                         *calendar::TimeZone::find(request.workflow.definition.timezone)));
  attempt.wake_at = dependencies.only_posted ? now : now + kTakeOverAfter;
  if (attempt.monitor) attempt.wake_at = std::min(*attempt.wake_at, attempt.monitor->due);
  return attempt;
}

// Stores what `prepare` makes. Where somebody else makes the same session at the same time, its ids
// are asked for again.
std::optional<store::AttemptState> Executor::Impl::insert(
    const std::function<void()>& prepare_all, const std::vector<store::NewAttempt>& made) {
  for (int tries = 1;; ++tries) {
    prepare_all();
    try {
      return dependencies.store.insert_attempts(made);
    } catch (const Error& error) {
      if (error.kind() != "conflict" || tries == kMaxStartTries) throw;
    }
  }
}

// An attempt that is stored and has not to wait for others.
void Executor::Impl::begin(store::NewAttempt attempt) {
  if (dependencies.only_posted) return;
  {
    MutexLock lock(mutex);
    new_attempts.push_back(std::move(attempt));
  }
  work_came.notify_all();
}

void Executor::Impl::noticed(const store::Notice& notice) {
  std::optional<Instant> wake = notice.wake_at;
  if (notice.missed || notice.leases) wake = Instant{};
  if (!wake) return;
  {
    MutexLock lock(mutex);
    noticed_wake = std::min(noticed_wake.value_or(*wake), *wake);
  }
  work_came.notify_all();
}

Executor::Executor(Dependencies dependencies)
    : impl_(std::make_unique<Impl>(std::move(dependencies))) {}

Executor::~Executor() {
  stop();
}

Executor::Started Executor::start_attempt(const StartRequest& request) {
  store::Store& store = impl_->dependencies.store;
  const ProjectId project = request.workflow.project;
  const std::string& workflow = request.workflow.definition.name;
  const auto existing = [&] {
    return store.find_attempt(project, workflow, request.session_time, request.retry_attempt_name);
  };
  if (const auto found = existing()) return {*found, false};

  impl_->check_running(request.workflow.site, 1);
  std::vector<store::NewAttempt> attempts;
  const auto raced = impl_->insert([&] { attempts = {impl_->prepare(request)}; }, attempts);
  if (raced) return {*raced, false};
  const store::AttemptInfo& info = attempts.front().info;
  const store::AttemptState state{info.id, info.session, false, false};
  impl_->begin(std::move(attempts.front()));
  return {state, true};
}

// Backfilled attempts have no SLA: when they start is nobody's promise (execution.md §16).
std::expected<std::vector<AttemptId>, store::AttemptState> Executor::start_in_turn(
    std::span<const StartRequest> requests) {
  std::vector<AttemptId> ids;
  if (requests.empty()) return ids;
  impl_->check_running(requests.front().workflow.site, std::ssize(requests));
  std::vector<store::NewAttempt> attempts;
  const auto prepare_all = [&] {
    attempts.clear();
    for (const StartRequest& request : requests) {
      store::NewAttempt attempt = impl_->prepare(request);
      attempt.monitor.reset();
      if (!attempts.empty()) attempt.starts_after = attempts.back().info.session;
      attempts.push_back(std::move(attempt));
    }
  };
  if (const auto existing = impl_->insert(prepare_all, attempts)) return std::unexpected(*existing);
  for (const store::NewAttempt& attempt : attempts) ids.push_back(attempt.info.id);
  impl_->begin(std::move(attempts.front()));
  return ids;
}

void Executor::post(AttemptId attempt, engine::Event event, std::optional<store::Ownership> claim,
                    Settled settled) {
  {
    MutexLock lock(impl_->mutex);
    impl_->posts.push_back({attempt, {std::move(event), claim, std::move(settled)}});
  }
  impl_->work_came.notify_all();
}

bool Executor::run_batch() {
  impl_->trim_cache();
  impl_->watch_leases();
  impl_->take_new_attempts();
  impl_->take_posts();
  if (!impl_->dependencies.only_posted) impl_->take_due();
  impl_->run_attempts();
  if (impl_->works.empty() || impl_->may_gather()) return false;
  impl_->has_worked = true;
  impl_->commit();
  return true;
}

Instant Executor::next_wake() {
  const Instant now = impl_->dependencies.clock.now();
  if (!impl_->active.empty() || !impl_->arrived.empty()) return now;
  std::optional<Instant> wake;
  if (!impl_->dependencies.only_posted) wake = impl_->dependencies.store.next_wake();
  Duration look = impl_->leases.next_look();
  if (!impl_->works.empty()) {
    look = std::min<Duration>(look, impl_->works_since + impl_->dependencies.batch.commit_delay);
  }
  const Duration steady = impl_->dependencies.clock.steady();
  const Instant at = look <= steady ? now : now + (look - steady);
  return std::min(wake.value_or(at), at);
}

void Executor::start() {
  impl_->subscription = impl_->dependencies.store.watch(
      [impl = impl_.get()](const store::Notice& notice) { impl->noticed(notice); });
  impl_->thread = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "executor");
    Instant wake;
    do {
      try {
        while (!impl_->is_stopping() && run_batch()) {
        }
        wake = next_wake();
      } catch (const Error& error) {
        executor_logger.error("{}", error.chain());
        impl_->pause();
        wake = impl_->dependencies.clock.now();
      }
    } while (impl_->wait_for_work(wake));
    impl_->store_the_rest();
  });
}

void Executor::stop() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->work_came.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->subscription.reset();
}

}  // namespace mogura::executor
