#include "cli/run_record.h"

namespace mogura::cli {
namespace {

engine::TaskResult result_of(const engine::Task& task) {
  if (task.output == nullptr) return {};
  return {.subtask_config = task.output->subtask_config,
          .export_params = task.output->export_params,
          .reset_store_params = task.output->reset_store_params,
          .store_params = task.output->store_params,
          .report = {}};
}

}  // namespace

RunRecord::RunRecord(std::string workflow, Instant session_time, SavedStates* states,
                     TaskTails* tails, executor::Observer* next)
    : workflow_(std::move(workflow)),
      session_time_(session_time),
      states_(states),
      tails_(tails),
      next_(next) {}

std::optional<engine::TaskResult> RunRecord::find(const store::AttemptInfo& attempt,
                                                  const std::string& task_name) {
  if (states_ == nullptr || !is_main(attempt)) return std::nullopt;
  return states_->find(task_name);
}

void RunRecord::committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                          const std::vector<engine::TaskIndex>& changed) {
  if (next_ != nullptr) next_->committed(info, attempt, changed);
  if (!is_main(info)) return;
  MutexLock lock(mutex_);
  for (const engine::TaskIndex index : changed) {
    const engine::Task& task = attempt.tasks[index];
    if (task.state == engine::TaskState::success && succeeded_.insert(index).second) {
      if (states_ != nullptr) states_->succeeded(task.full_name, result_of(task));
      if (tails_ != nullptr) tails_->forget(task.full_name);
      const bool is_work =
          task.kind == engine::TaskKind::task && !task.full_name.ends_with("^failure-alert");
      if (is_work) ++operators_succeeded_;
    } else if (task.state == engine::TaskState::error) {
      const Object error = task.output != nullptr ? task.output->error : Object{};
      failed_.insert_or_assign(index, FailedTask{task.full_name, error});
    }
  }
  if (attempt.done() && !failed_.empty()) find_repeated(attempt);
}

// A later round consists of new tasks with the same names.
void RunRecord::find_repeated(const engine::Attempt& attempt) {
  std::map<std::string_view, engine::TaskIndex> newest;
  for (const auto& [index, task] : failed_) newest[task.name] = index;
  for (engine::TaskIndex index = 0; index < attempt.tasks.size(); ++index) {
    const auto found = newest.find(attempt.tasks[index].full_name);
    if (found != newest.end()) found->second = index;
  }
  for (const auto& [index, task] : failed_) {
    if (newest[task.name] != index) repeated_.insert(index);
  }
}

std::vector<FailedTask> RunRecord::failed() const {
  MutexLock lock(mutex_);
  std::vector<FailedTask> failed;
  for (const auto& [index, task] : failed_) failed.push_back(task);
  return failed;
}

std::vector<FailedTask> RunRecord::failed_for_good() const {
  MutexLock lock(mutex_);
  std::vector<FailedTask> failed;
  for (const auto& [index, task] : failed_) {
    if (!repeated_.contains(index)) failed.push_back(task);
  }
  return failed;
}

std::size_t RunRecord::succeeded() const {
  MutexLock lock(mutex_);
  return operators_succeeded_;
}

bool RunRecord::is_main(const store::AttemptInfo& attempt) const {
  return attempt.workflow_name == workflow_ && attempt.session_time == session_time_;
}

}  // namespace mogura::cli
