#include "cli/saved_states.h"

#include <pthread.h>

#include "base/log.h"
#include "cli/files.h"

namespace mogura::cli {
namespace {

constexpr Logger kStatesLog("io.digdag.cli.ResumeStateManager");

}  // namespace

SavedStates::SavedStates(StatusFiles files, SkipPlan plan, Options options, const Clock& clock)
    : files_(std::move(files)), plan_(std::move(plan)), options_(options), clock_(clock) {}

SavedStates::~SavedStates() {
  stop();
}

void SavedStates::start() {
  make_directories(files_.directory());
  writer_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "state-files");
    write_files();
  });
}

void SavedStates::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
}

std::optional<engine::TaskResult> SavedStates::find(const std::string& task_name) {
  if (!plan_.runs(task_name)) {
    MutexLock lock(mutex_);
    passed_over_.insert(task_name);
    return engine::TaskResult{};
  }
  if (!plan_.reuses(task_name)) return std::nullopt;
  {
    MutexLock lock(mutex_);
    const auto success = successes_.find(task_name);
    if (success != successes_.end()) {
      if (clock_.now() - success->second.at <= kCountsAfter) return std::nullopt;
      return success->second.result;
    }
  }
  std::optional<engine::TaskResult> saved = files_.read(task_name);
  if (saved) {
    MutexLock lock(mutex_);
    reused_.insert(task_name);
  }
  return saved;
}

void SavedStates::succeeded(const std::string& task_name, const engine::TaskResult& result) {
  {
    MutexLock lock(mutex_);
    if (reused_.contains(task_name) || !is_kept(task_name)) return;
    successes_.insert_or_assign(task_name, Success{result, clock_.now()});
    to_write_.push_back({task_name, result});
  }
  changed_.notify_all();
}

std::size_t SavedStates::reused() const {
  MutexLock lock(mutex_);
  return reused_.size();
}

std::size_t SavedStates::passed_over() const {
  MutexLock lock(mutex_);
  return passed_over_.size();
}

std::size_t SavedStates::lost() const {
  MutexLock lock(mutex_);
  return lost_;
}

bool SavedStates::is_kept(const std::string& task_name) const {
  static constexpr std::string_view kFailureAlert = "^failure-alert";
  if (!options_.keep_new) return false;
  if (!options_.keep_failure_alerts && task_name.ends_with(kFailureAlert)) return false;
  return options_.keep_passed_over || !passed_over_.contains(task_name);
}

void SavedStates::write_files() {
  for (;;) {
    std::deque<Write> jobs;
    {
      MutexLock lock(mutex_);
      while (to_write_.empty() && !stopping_) changed_.wait(mutex_);
      if (to_write_.empty()) return;
      jobs.swap(to_write_);
    }
    for (const Write& job : jobs) write(job);
  }
}

void SavedStates::write(const Write& job) {
  try {
    files_.write(job.task_name, job.result);
  } catch (const Error& error) {
    MutexLock lock(mutex_);
    if (++lost_ > kMaxLoggedLosses) return;
    kStatesLog.error("The state of task {} cannot be saved: {}", job.task_name, error.message());
  }
}

}  // namespace mogura::cli
