#include "cli/local_engine.h"

#include "base/mutex.h"
#include "cli/done_watch.h"
#include "store/memory_store.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

constexpr ProjectId kLocalProject{1};
constexpr char kLocalProjectName[] = "default";
constexpr std::int64_t kDefaultMaxTasks = 1'000;

}  // namespace

// The workflows of the one project.
class LocalWorkflows : public executor::WorkflowSource {
 public:
  LocalWorkflows(std::vector<workflow::Definition> workflows, std::string revision, Object params)
      : workflows_(std::move(workflows)),
        revision_(std::move(revision)),
        params_(std::move(params)) {}

  void replace(std::vector<workflow::Definition> workflows, std::string revision) {
    MutexLock lock(mutex_);
    workflows_ = std::move(workflows);
    revision_ = std::move(revision);
  }

  std::optional<executor::Workflow> find(ProjectId project,
                                         const std::string& workflow) const override {
    MutexLock lock(mutex_);
    if (project != kLocalProject) return std::nullopt;
    for (const workflow::Definition& definition : workflows_) {
      if (definition.name != workflow) continue;
      return executor::Workflow{{0},       kLocalProject, kLocalProjectName,
                                revision_, params_,       definition};
    }
    return std::nullopt;
  }

  std::optional<ProjectId> project_named(const std::string& name) const override {
    if (name != kLocalProjectName) return std::nullopt;
    return kLocalProject;
  }

 private:
  mutable Mutex mutex_;
  std::vector<workflow::Definition> workflows_ MOGURA_GUARDED_BY(mutex_);
  std::string revision_ MOGURA_GUARDED_BY(mutex_);
  const Object params_;
};

namespace {

std::int64_t max_tasks_in(const Object& system_config) {
  auto limit = value::find_long(system_config, "executor.task_max_run");
  if (!limit) limit = value::find_long(system_config, "io.digdag.limits.maxWorkflowTasks");
  return limit.value_or(kDefaultMaxTasks);
}

// Parameters below all others (language.md §10.1).
Object default_params_in(const Object& system_config) {
  constexpr std::string_view kKey = "digdag.defaultParams";
  return system_config.contains(kKey) ? value::parse_object(system_config, kKey) : Object{};
}

}  // namespace

struct LocalEngine::Impl {
  explicit Impl(LocalEngineOptions given)
      : workflows(std::move(given.workflows), std::move(given.revision), std::move(given.params)),
        watch(store, given.engine.observer),
        engine(complete(std::move(given.engine))) {}

  EngineOptions complete(EngineOptions options) {
    options.store = &store;
    options.workflows = &workflows;
    options.limits = {.default_params = default_params_in(options.system_config),
                      .max_tasks = max_tasks_in(options.system_config)};
    options.observer = &watch;
    options.temporary_directories = &temporary_directories;
    options.agent.name = default_agent_id();
    // Nobody else could take its tasks over: a laptop may sleep, and Ctrl-Z stop the program.
    options.agent.lease_time = std::chrono::years(1);
    return options;
  }

  LocalWorkflows workflows;
  store::MemoryStore store;
  DoneWatch watch;
  operators::TemporaryDirectories temporary_directories;
  Engine engine;
};

LocalEngine::LocalEngine(LocalEngineOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

LocalEngine::~LocalEngine() = default;

void LocalEngine::start() {
  impl_->engine.start();
}

void LocalEngine::stop() {
  impl_->engine.stop();
}

std::optional<executor::Workflow> LocalEngine::find_workflow(const std::string& name) const {
  return impl_->workflows.find(kLocalProject, name);
}

void LocalEngine::set_workflows(std::vector<workflow::Definition> workflows, std::string revision) {
  impl_->workflows.replace(std::move(workflows), std::move(revision));
}

executor::Executor::Started LocalEngine::start_attempt(const executor::StartRequest& request) {
  return impl_->engine.executor().start_attempt(request);
}

void LocalEngine::kill(AttemptId attempt) {
  impl_->engine.executor().post(attempt, engine::Kill{});
}

bool LocalEngine::wait(AttemptId attempt, const std::function<bool()>& give_up) {
  return impl_->watch.wait(attempt, give_up);
}

void LocalEngine::interrupt() {
  impl_->watch.interrupt();
}

}  // namespace mogura::cli
