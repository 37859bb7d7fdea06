#include "scheduler/retention.h"

#include <pthread.h>

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "base/mutex.h"
#include "calendar/duration.h"
#include "value/config.h"

namespace mogura::scheduler {
namespace {

constexpr Logger kRetentionLog("mogura.Retention");

// What one transaction handles.
constexpr std::size_t kSessionsAtOnce = 100;
constexpr std::size_t kRevisionsAtOnce = 10;
constexpr std::size_t kAttemptsAtOnce = 100;
constexpr std::size_t kRowsAtOnce = 1'000;
constexpr std::int64_t kProjectsAtOnce = 100;

}  // namespace

std::optional<std::chrono::seconds> parse_max_age(const std::string& text, std::string_view key) {
  if (text == "off") return std::nullopt;
  const auto age = calendar::parse_duration(text);
  if (!age || *age < std::chrono::seconds(1)) {
    throw ConfigError("Invalid duration of '" + std::string(key) + "': " + text);
  }
  return age;
}

RetentionOptions retention_options(const Object& settings) {
  RetentionOptions options;
  if (const auto text = value::find_text(settings, "retention.max_age")) {
    options.policy.max_age = parse_max_age(*text, "retention.max_age");
  }
  options.policy.max_sessions = value::find_long(settings, "retention.max_sessions");
  if (options.policy.max_sessions.value_or(1) < 1) {
    throw ConfigError("Parameter 'retention.max_sessions' must be at least 1");
  }
  if (const auto text = value::find_text(settings, "retention.interval")) {
    const auto interval = parse_max_age(*text, "retention.interval");
    if (!interval) throw ConfigError("Invalid duration of 'retention.interval': " + *text);
    options.interval = *interval;
  }
  return options;
}

struct Retention::Impl {
  Impl(const Dependencies& given, const RetentionOptions& chosen)
      : dependencies(given), options(chosen) {}

  void sweep();
  void sweep_project(const store::ProjectRetention& project);
  void drop_sessions(const store::ProjectRetention& project, const store::RetentionPolicy& policy);
  void drop_revisions(const store::ProjectRetention& project, Instant until);
  void clear_dropped();
  bool rest_after(std::chrono::steady_clock::time_point began);
  bool wait(std::chrono::steady_clock::duration pause);
  void serve();
  bool is_stopping() {
    MutexLock lock(mutex);
    return stopping;
  }

  const Dependencies dependencies;
  const RetentionOptions options;
  Mutex mutex;
  Condition changed;
  bool stopping MOGURA_GUARDED_BY(mutex) = false;
  std::thread thread;
};

// False when the service is to end.
bool Retention::Impl::wait(std::chrono::steady_clock::duration pause) {
  const auto deadline = std::chrono::steady_clock::now() + pause;
  MutexLock lock(mutex);
  while (!stopping && std::chrono::steady_clock::now() < deadline) {
    changed.wait_until(mutex, deadline);
  }
  return !stopping;
}

bool Retention::Impl::rest_after(std::chrono::steady_clock::time_point began) {
  return wait(std::chrono::steady_clock::now() - began);
}

void Retention::Impl::drop_sessions(const store::ProjectRetention& project,
                                    const store::RetentionPolicy& policy) {
  store::DroppedPart all{.next = 0};
  while (all.next) {
    const auto began = std::chrono::steady_clock::now();
    const store::DroppedPart part = dependencies.database.drop_sessions(
        project.project, policy, dependencies.clock.now(), *all.next, kSessionsAtOnce);
    all = {all.dropped + part.dropped, all.attempts + part.attempts, part.next};
    if (!rest_after(began)) break;
  }
  if (all.dropped == 0) return;
  kRetentionLog.info("Project {}: {} old sessions with {} attempts are deleted", project.name,
                     all.dropped, all.attempts);
}

void Retention::Impl::drop_revisions(const store::ProjectRetention& project, Instant until) {
  store::DroppedPart all{.next = 0};
  while (all.next) {
    const auto began = std::chrono::steady_clock::now();
    const store::DroppedPart part =
        dependencies.database.drop_revisions(project.project, until, *all.next, kRevisionsAtOnce);
    all = {all.dropped + part.dropped, 0, part.next};
    if (!rest_after(began)) break;
  }
  if (all.dropped == 0) return;
  kRetentionLog.info("Project {}: {} old revisions are deleted", project.name, all.dropped);
}

// Files first: once the note of an attempt is gone nobody knows its files' names.
void Retention::Impl::clear_dropped() {
  store::Database& database = dependencies.database;
  for (auto left = database.dropped_attempts(kAttemptsAtOnce); !left.empty();
       left = database.dropped_attempts(kAttemptsAtOnce)) {
    for (const store::AttemptInfo& attempt : left) {
      dependencies.logs.remove(blob::logs_of(attempt));
    }
    for (std::span<const store::AttemptInfo> rest = left; !rest.empty();) {
      const auto began = std::chrono::steady_clock::now();
      rest = rest.subspan(database.clear_dropped(rest, kRowsAtOnce));
      if (!rest_after(began)) return;
    }
  }
}

// Sessions first: they hold the revisions that they ran.
void Retention::Impl::sweep_project(const store::ProjectRetention& project) {
  const store::RetentionPolicy policy = project.own.value_or(options.policy);
  if (policy.keeps_all()) return;
  drop_sessions(project, policy);
  clear_dropped();
  if (policy.max_age) drop_revisions(project, dependencies.clock.now() - *policy.max_age);
}

void Retention::Impl::sweep() {
  clear_dropped();
  store::Page page{.size = kProjectsAtOnce};
  std::vector<store::ProjectRetention> projects;
  do {
    projects = dependencies.database.list_retention(page);
    for (const store::ProjectRetention& project : projects) {
      if (is_stopping()) return;
      sweep_project(project);
      page.after_id = project.project.value;
    }
  } while (!projects.empty());
  dependencies.archives.clean_up(dependencies.clock.now());
}

void Retention::Impl::serve() {
  const auto first_after = std::min(options.first_after, options.interval);
  for (bool goes_on = wait(first_after); goes_on; goes_on = wait(options.interval)) {
    try {
      sweep();
    } catch (const Error& error) {
      kRetentionLog.error("{}", error.chain());
    }
  }
}

Retention::Retention(const Dependencies& dependencies, const RetentionOptions& options)
    : impl_(std::make_unique<Impl>(dependencies, options)) {}

Retention::~Retention() {
  stop();
}

void Retention::sweep() {
  impl_->sweep();
}

void Retention::start() {
  impl_->thread = std::thread([impl = impl_.get()] {
    ::pthread_setname_np(::pthread_self(), "retention");
    impl->serve();
  });
}

void Retention::stop() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace mogura::scheduler
