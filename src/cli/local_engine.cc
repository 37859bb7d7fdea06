#include "cli/local_engine.h"

#include <unistd.h>

#include "agent/agent.h"
#include "base/mutex.h"
#include "cli/done_watch.h"
#include "process/supervisor.h"
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

// Agents that are made after the executor that needs them.
class AgentSlot : public executor::Agents {
 public:
  void connect(executor::Agents& agents) { agents_ = &agents; }
  void wake() override { agents_->wake(); }
  void cancel(AttemptId attempt, engine::TaskIndex task, std::int32_t run) override {
    agents_->cancel(attempt, task, run);
  }

 private:
  executor::Agents* agents_ = nullptr;
};

namespace {

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

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
      : options(std::move(given)),
        templates(tmpl::settings_from(options.system_config)),
        workflows(options.workflows, options.revision, options.params),
        gateway(workflows, clock),
        environment{clock,
                    templates,
                    *options.secrets,
                    options.system_config,
                    gateway,
                    *options.notifier,
                    temporary_directories,
                    max_tasks_in(options.system_config),
                    options.print},
        watch(store, options.observer),
        executor({store,
                  clock,
                  environment,
                  options.run_options,
                  agents,
                  {default_params_in(options.system_config), environment.max_tasks},
                  options.known_results,
                  &watch,
                  options.open_task_log}),
        supervisor({}),
        commands(supervisor, options.command_environment),
        agent({store, clock, environment, options.run_options, commands,
               [this](AttemptId attempt, engine::Event event, std::optional<store::Ownership> claim,
                      executor::Settled settled) {
                 executor.post(attempt, std::move(event), claim, std::move(settled));
               },
               options.open_task_log},
              {std::to_string(::getpid()) + "@" + host_name(), options.max_task_threads}) {
    agents.connect(agent);
    gateway.connect(executor);
  }

  const LocalEngineOptions options;
  SystemClock clock;
  tmpl::Evaluator templates;
  LocalWorkflows workflows;
  executor::AttemptGateway gateway;
  operators::TemporaryDirectories temporary_directories;
  operators::Environment environment;
  store::MemoryStore store;
  AgentSlot agents;
  DoneWatch watch;
  executor::Executor executor;
  process::Supervisor supervisor;
  command::LocalExecutor commands;
  agent::Agent agent;
};

LocalEngine::LocalEngine(LocalEngineOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

LocalEngine::~LocalEngine() {
  stop();
}

void LocalEngine::start() {
  impl_->supervisor.start();
  impl_->agent.start();
  impl_->executor.start();
}

void LocalEngine::stop() {
  impl_->executor.stop();
  impl_->agent.stop();
  impl_->supervisor.stop();
}

std::optional<executor::Workflow> LocalEngine::find_workflow(const std::string& name) const {
  return impl_->workflows.find(kLocalProject, name);
}

void LocalEngine::set_workflows(std::vector<workflow::Definition> workflows, std::string revision) {
  impl_->workflows.replace(std::move(workflows), std::move(revision));
}

executor::Executor::Started LocalEngine::start_attempt(const executor::StartRequest& request) {
  return impl_->executor.start_attempt(request);
}

void LocalEngine::kill(AttemptId attempt) {
  impl_->executor.post(attempt, engine::Kill{});
}

bool LocalEngine::wait(AttemptId attempt, const std::function<bool()>& give_up) {
  return impl_->watch.wait(attempt, give_up);
}

void LocalEngine::interrupt() {
  impl_->watch.interrupt();
}

}  // namespace mogura::cli
