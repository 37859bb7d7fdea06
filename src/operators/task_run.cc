#include "operators/task_run.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "engine/retry.h"
#include "operators/parameters.h"
#include "secrets/secret_mask.h"
#include "value/config.h"
#include "value/similar.h"
#include "value/yaml_writer.h"

namespace mogura::operators {
namespace {

constexpr Logger kManagerLog("io.digdag.core.agent.OperatorManager");
constexpr Logger kRetryLog("io.digdag.util.BaseOperator");
constexpr Logger kShowParamsLog("io.digdag.cli.Run");

// A task that polls for longer than this announces every tenth execution again (runtime.md §1.3).
constexpr std::chrono::minutes kLongRunning{30};
constexpr int kAnnounceEvery = 10;

// A task that met a database out of reach is executed again after this.
constexpr std::chrono::seconds kOutOfReachInterval{5};

constexpr std::string_view kCommandStatusKey = "commandStatus";

void announce(const TaskRequest& request, const Parameters& parameters, Instant now) {
  const std::string text = announcement(parameters);
  const bool long_running = request.started_at && *request.started_at + kLongRunning < now;
  if (request.retry_count == 0 || (long_running && request.retry_count % kAnnounceEvery == 0)) {
    kManagerLog.info("{}", text);
  } else {
    kManagerLog.debug("(retry: {}) {}", request.retry_count, text);
  }
}

void show_parameters(const Object& config) {
  const std::string yaml = value::to_yaml(config);
  std::string text = "\n";
  for (std::size_t begin = 0; begin < yaml.size();) {
    const std::size_t end = std::min(yaml.find('\n', begin), yaml.size() - 1) + 1;
    text.append("  ").append(yaml, begin, end - begin);
    begin = end;
  }
  kShowParamsLog.warn("{}", text);
}

void complain_about_unused_keys(const std::string& task_name, const Parameters& parameters,
                                const std::vector<std::string_view>& reads) {
  for (const std::string& key : unused_keys(parameters, reads)) {
    kManagerLog.error("Parameter '{}' is not used at task {}.", key, task_name);
    std::string similar;
    for (const std::string_view candidate : value::similar_names(key, reads)) {
      similar.append(similar.empty() ? "" : ", ").append(candidate);
    }
    if (!similar.empty()) kManagerLog.error("  > Did you mean [{}]?", similar);
  }
}

// What the error's causes have to say beyond its own text; empty where that is nothing.
std::string causes_text(const Error& error) {
  return error.chain().substr(error.text().size());
}

// Operators that need no files have no project path where the project is not at hand.
std::filesystem::path absolute_or_empty(const std::filesystem::path& path) {
  return path.empty() ? path : std::filesystem::absolute(path);
}

/// The error object without what the task's log hides.
Failure masked_failure(Object error) {
  const std::shared_ptr<TaskLog> log = LogScope::current_task_log();
  if (log == nullptr) return {std::move(error)};
  const Value masked = secrets::masked_texts(
      Value(std::move(error)), [&](std::string_view text) { return log->masked(text); });
  return {masked.as_object()};
}

bool is_out_of_reach(const Error& error) {
  return error.kind() == "database";
}

Object without_secret_mounts(Object config) {
  config.erase("_secrets");
  return config;
}

}  // namespace

Failure fail_task(const TaskRequest& request, const Error& error) {
  if (const auto* failed = dynamic_cast<const TaskFailed*>(&error)) {
    kManagerLog.error("Task {} failed.\n{}", request.task_name, error.chain());
    Object object{{"message", error.text()}};
    for (const auto& [key, value] : failed->properties()) object.set(key, value);
    return masked_failure(std::move(object));
  }
  if (error.kind() == "config") {
    kManagerLog.error("Configuration error at task {}: {}", request.task_name, error.chain());
  } else {
    kManagerLog.error("Task failed with unexpected error: {}", error.message());
    if (const std::string causes = causes_text(error); !causes.empty()) {
      kManagerLog.info("Causes of the unexpected error:{}", causes);
    }
  }
  return masked_failure({{"message", error.text()}, {"stacktrace", error.chain()}});
}

TaskRun::Outcome outcome_of(const TaskRequest& request, const Error& error) {
  if (!is_out_of_reach(error)) return fail_task(request, error);
  kManagerLog.warn("Task {} met an error of the database: {}. Trying again.", request.task_name,
                   error.message());
  return Poll{.interval = kOutOfReachInterval, .state = request.state_params, .error = {}};
}

struct TaskRun::Impl {
  TaskRequest request;
  const Environment& environment;
  RunOptions options;
  std::function<bool()> canceled;

  Parameters parameters;
  const OperatorKind* kind = nullptr;
  engine::RetryPolicy retry;
  std::unique_ptr<Context> context;
  std::unique_ptr<Operator> job;
  std::function<Step(const command::Finished&)> then;
  std::string advice;

  /// Calls `part`; every way in which it can fail becomes a Failure.
  template <class Part>
  Outcome guarded(Part part) {
    try {
      return part();
    } catch (const Error& error) {
      return operators::outcome_of(request, error);
    } catch (const std::exception& error) {
      return fail_task(request, RuntimeError(error.what()));
    }
  }

  Outcome start() {
    parameters = evaluate_parameters(environment.templates, request.config, request.local_config);
    if (!parameters.type) return Done{};
    announce(request, parameters, environment.clock.now());
    if (options.show_params) show_parameters(parameters.config);
    kind = find_operator(*parameters.type);
    if (options.dry_run) return finish_dry_run();
    if (kind == nullptr) throw ConfigError("Unknown task type: " + *parameters.type);

    context = std::make_unique<Context>(make_context());
    job = kind->make(*context);
    if (request.cancel_requested) return cancel();
    if (kind->generic_retry) retry = engine::parse_retry(context->config);
    return perform([this] { return job->run(); });
  }

  Context make_context() {
    const Object& config = parameters.config;
    const std::optional<std::string> project_path = value::find_text(config, "_project_path");
    return Context{
        .request = request,
        .environment = environment,
        .config = without_secret_mounts(config),
        .local_config = parameters.local,
        .env = value::find_object(parameters.local, "_env"),
        .project_path = absolute_or_empty(project_path ? std::filesystem::path(*project_path)
                                                       : options.project_path),
        .secrets = secrets::SecretProvider(environment.secrets, request.project,
                                           value::find_object(config, "_secrets")),
        .raw_secrets = secrets::SecretProvider(environment.secrets, request.project, Object{}),
        .canceled = canceled,
    };
  }

  // Nothing was read, so nothing is similar: the complaint names every key (cli.md §12.3.8).
  Outcome finish_dry_run() {
    if (!options.show_params) complain_about_unused_keys(request.task_name, parameters, {});
    return Done{};
  }

  Outcome cancel() {
    job->cleanup();
    throw TaskFailed("Got a cancel-requested: attempt_id=" + std::to_string(request.attempt.value) +
                     ", task_id=" + std::to_string(request.task_id));
  }

  /// Takes one step of the operator; a failure of it may consume one of `_retry`'s tries.
  template <class Part>
  Outcome perform(Part part) {
    try {
      return outcome_of(part());
    } catch (const Error& error) {
      if (is_out_of_reach(error)) throw;
      if (auto poll = retry_after(error)) return *std::move(poll);
      throw;
    } catch (const std::exception& error) {
      const RuntimeError unexpected(error.what());
      if (auto poll = retry_after(unexpected)) return *std::move(poll);
      throw unexpected;
    }
  }

  Outcome outcome_of(Step step) {
    if (auto* done = std::get_if<Done>(&step)) {
      if (!options.show_params && !kind->reads.empty()) {
        complain_about_unused_keys(request.task_name, parameters, kind->reads);
      }
      return std::move(*done);
    }
    if (auto* poll = std::get_if<Poll>(&step)) return std::move(*poll);
    auto& run = std::get<RunCommand>(step);
    then = std::move(run.then);
    advice = std::move(run.advice);
    return std::move(run.request);
  }

  // The next try starts from what this execution started from, but submits its command anew
  // (operators.md §2.8).
  std::optional<Poll> retry_after(const Error& error) {
    const int retries = engine::retries_in(request.state_params);
    const auto delay = engine::retry_delay(retry, retries);
    if (!delay) return std::nullopt;
    kRetryLog.error("Task failed, retrying");
    const std::string cause =
        fmt::format("Failure {} of at most {} retries: {}", retries + 1, retry.limit, error.text());
    options.tell_retries ? kRetryLog.info("{}", cause) : kRetryLog.debug("{}", cause);
    Object state = engine::with_one_more_retry(request.state_params);
    state.erase(kCommandStatusKey);
    return Poll{.interval = *delay, .state = std::move(state), .error = error};
  }
};

TaskRun::TaskRun(TaskRequest request, const Environment& environment, RunOptions options,
                 std::function<bool()> canceled)
    : impl_(new Impl{.request = std::move(request),
                     .environment = environment,
                     .options = std::move(options),
                     .canceled = std::move(canceled),
                     .parameters = {},
                     .retry = {},
                     .context = {},
                     .job = {},
                     .then = {},
                     .advice = {}}) {}

TaskRun::~TaskRun() = default;

TaskRun::Outcome TaskRun::start() {
  return impl_->guarded([this] { return impl_->start(); });
}

TaskRun::Outcome TaskRun::command_finished(const command::Finished& finished) {
  return impl_->guarded([&] {
    return impl_->perform([&] {
      const auto then = std::exchange(impl_->then, nullptr);
      return then(finished);
    });
  });
}

TaskRun::Outcome TaskRun::command_not_started(const Error& error) {
  return impl_->guarded([&] {
    return impl_->perform([&]() -> Step {
      const bool helps = dynamic_cast<const command::ProgramMissing*>(&error) != nullptr;
      if (!helps || impl_->advice.empty()) throw error;
      throw Error(error.kind(), error.message() + ". " + impl_->advice, error.causes());
    });
  });
}

std::optional<std::string> operator_name(const Object& config, const Object& local_config) {
  for (const Object* layer : {&local_config, &config}) {
    if (const Value* type = layer->find("_type")) {
      const bool plain = type->is_text() && !type->as_text().contains("${");
      return plain ? std::optional(type->as_text()) : std::nullopt;
    }
  }
  for (const Object* layer : {&config, &local_config}) {
    for (const auto& [key, value] : *layer) {
      if (key.ends_with('>')) return key.substr(0, key.size() - 1);
    }
  }
  return std::nullopt;
}

std::string task_label(const TaskRequest& request) {
  return fmt::format("{:04}@[{}:{}:{}:{}]{}", thread_number(), request.site.value,
                     request.project_name.empty() ? "----" : request.project_name,
                     request.session.value, request.attempt.value, request.task_name);
}

}  // namespace mogura::operators
