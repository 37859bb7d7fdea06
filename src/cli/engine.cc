#include "cli/engine.h"

#include <unistd.h>

#include <array>

#include "template/template.h"

namespace mogura::cli {

struct Engine::Impl {
  explicit Impl(EngineOptions given)
      : options(std::move(given)),
        templates(tmpl::settings_from(options.system_config)),
        gateway(*options.workflows, clock),
        environment{clock,
                    templates,
                    *options.secrets,
                    options.system_config,
                    gateway,
                    *options.notifier,
                    *options.temporary_directories,
                    options.limits.max_tasks,
                    options.print},
        executor({*options.store, clock, environment, options.run_options, options.limits,
                  options.known_results, options.observer, options.open_task_log, options.batch,
                  executor::Dependencies::kMaxCachedAttempts, !options.runs_executor,
                  options.time_to_live}),
        supervisor(options.processes),
        commands(supervisor, options.command_environment) {
    gateway.connect(executor);
    if (!options.runs_agent) return;
    agent.emplace(
        agent::Dependencies{
            *options.store, clock, environment, options.run_options, commands,
            [this](AttemptId attempt, engine::Event event, std::optional<store::Ownership> claim,
                   executor::Settled settled) {
              executor.post(attempt, std::move(event), claim, std::move(settled));
            },
            options.open_task_log, options.open_project},
        options.agent);
  }

  const EngineOptions options;
  SystemClock clock;
  tmpl::Evaluator templates;
  executor::AttemptGateway gateway;
  operators::Environment environment;
  executor::Executor executor;
  process::Supervisor supervisor;
  command::LocalExecutor commands;
  std::optional<agent::Agent> agent;
};

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Engine::~Engine() {
  stop();
}

void Engine::start() {
  impl_->supervisor.start();
  if (impl_->agent) impl_->agent->start();
  impl_->executor.start();
}

// The executor takes what the agent reports to the end.
void Engine::stop() {
  if (impl_->agent) impl_->agent->stop();
  impl_->executor.stop();
  impl_->supervisor.stop();
}

executor::Executor& Engine::executor() {
  return impl_->executor;
}

std::string default_agent_id() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return std::to_string(::getpid()) + "@" + host.data();
}

}  // namespace mogura::cli
