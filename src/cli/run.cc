// `run`: one session of one workflow, in this process (cli.md §12.3).
//
// The order is Digdag's, because it decides which of several errors is seen first: parameters, the
// project, the workflow, part of it, the session time, what to pass over, the attempt.
#include <unistd.h>

#include "base/log.h"
#include "base/mutex.h"
#include "cli/colour.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/interrupt_watch.h"
#include "cli/live_view.h"
#include "cli/local_engine.h"
#include "cli/local_setup.h"
#include "cli/log_sinks.h"
#include "cli/run_record.h"
#include "cli/run_report.h"
#include "cli/run_summary.h"
#include "cli/saved_states.h"
#include "cli/session_choice.h"
#include "cli/skip_plan.h"
#include "cli/spelling.h"
#include "cli/task_tails.h"
#include "cli/workflow_argument.h"
#include "workflow/compiler.h"
#include "workflow/project.h"
#include "workflow/task_pattern.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

constexpr Logger kRunLog("io.digdag.cli.Run");

SkipOptions skip_options(const Arguments& arguments) {
  return {.rerun = arguments.has("-a"),
          .start = arguments.text("-s"),
          .goal = arguments.text("-g"),
          .end = arguments.text("-e")};
}

/// States are what these options work with; Digdag lets them have no effect.
void check_states_are_kept(const Arguments& arguments) {
  const bool needs_states = arguments.has("-s") || arguments.has("-g") || arguments.has("-e");
  if (needs_states && arguments.has("--no-save")) {
    throw UsageError("--start, --goal and --end don't work together with --no-save");
  }
}

Error missing_workflow(const Arguments& arguments, const std::string& name,
                       const std::string& suggestion) {
  std::string text = "Workflow '" + name + "' does not exist in ";
  const std::size_t slash = name.rfind('/');
  if (const auto project = arguments.text("--project")) {
    text += "project directory '" + *project + "'.";
  } else if (slash == std::string::npos) {
    text += "current directory. You may need to change directory first, or set --project option.";
  } else {
    const std::string directory = name.substr(0, slash);
    text += "current directory. You may need to type \"cd " + directory +
            "\" first, or set \"--project " + directory + "\" option.";
  }
  return {"resource not found", text + suggestion};
}

/// The workflow to run, after all of the project were compiled.
const workflow::Definition& pick_workflow(const std::vector<workflow::Definition>& definitions,
                                          const Invocation& invocation, const std::string& name) {
  for (const workflow::Definition& definition : definitions) {
    workflow::compile("", "+" + definition.name, definition.config);
  }
  for (const workflow::Definition& definition : definitions) {
    if (definition.name == name) return definition;
  }
  std::vector<std::string> names;
  for (const workflow::Definition& definition : definitions) names.push_back(definition.name);
  const std::string guess = invocation.program.is_mogura() ? nearest(name, names) : "";
  throw missing_workflow(invocation.arguments, name,
                         guess.empty() ? "" : " Did you mean '" + guess + "'?");
}

/// The exit status after a signal is this and its number, as with shells.
constexpr int kSignalBase = 128;

/// Cancels the attempt at the first signal; the second ends the process, and with it its children.
/// While nothing runs yet there is nothing to lose, and the first signal ends the process.
class Cancellation {
 public:
  explicit Cancellation(const Invocation& invocation)
      : invocation_(invocation),
        watch_([this](int signal, int count) { interrupted(signal, count); }) {}

  void started(LocalEngine& engine, AttemptId attempt) {
    MutexLock lock(mutex_);
    engine_ = &engine;
    attempt_ = attempt;
  }
  /// The engine is about to go.
  void ended() {
    MutexLock lock(mutex_);
    engine_ = nullptr;
  }
  /// The first signal that came, or 0.
  int signal() const {
    MutexLock lock(mutex_);
    return signal_;
  }

 private:
  void interrupted(int signal, int count) {
    MutexLock lock(mutex_);
    const bool has_begun = attempt_.value != 0;
    if (count > 1 || !has_begun) ::_exit(kSignalBase + signal);
    signal_ = signal;
    if (engine_ == nullptr) return;
    invocation_.hint("Canceling the tasks that run; once more to end at once.");
    engine_->kill(attempt_);
  }

  const Invocation& invocation_;
  mutable Mutex mutex_;
  LocalEngine* engine_ MOGURA_GUARDED_BY(mutex_) = nullptr;
  AttemptId attempt_ MOGURA_GUARDED_BY(mutex_);
  int signal_ MOGURA_GUARDED_BY(mutex_) = 0;
  InterruptWatch watch_;  // last: its thread uses the rest
};

class LocalRun {
 public:
  explicit LocalRun(const Invocation& invocation)
      : invocation_(invocation),
        cancellation_(invocation),
        arguments_(invocation.arguments),
        project_(read_project_arguments(invocation)),
        definitions_(workflow::load_project(project_.directory)),
        definition_(
            pick_workflow(definitions_, invocation,
                          workflow_name_of(arguments_.positionals()[0], project_.directory))),
        zone_(calendar::TimeZone::find(definition_.timezone).value_or(calendar::TimeZone::utc())),
        setup_(project_.system_config, invocation.console, arguments_) {}

  int run() {
    workflow::TaskTree tree = workflow::compile("", "+" + definition_.name, definition_.config);
    const bool is_part = arguments_.positionals().size() > 1;
    if (is_part) {
      tree =
          workflow::extract_subtree(tree, workflow::find_task(tree, arguments_.positionals()[1]));
    }
    const fs::path states =
        absolute_path(project_.directory / arguments_.text_or("-o", ".digdag/status"));
    session_time_ = choose_session_time(
        {arguments_.text_or("--session", "last"), definition_, zone_, states, SystemClock().now()});
    open_states(states, tree);
    return run_attempt(is_part ? std::optional(std::move(tree)) : std::nullopt);
  }

 private:
  bool is_dry() const { return arguments_.has("-d") || arguments_.has("-dE"); }

  void open_states(const fs::path& states, const workflow::TaskTree& tree) {
    if (arguments_.has("--no-save")) return;
    const fs::path directory = states / session_directory(session_time_, zone_);
    state_directory_ = directory.string();
    kRunLog.info("Using session {}.", *state_directory_);
    const bool is_digdag = !invocation_.program.is_mogura();
    const auto generated = is_digdag ? GeneratedTasks::as_named : GeneratedTasks::as_their_ancestor;
    states_.emplace(
        StatusFiles(directory), make_skip_plan(tree, skip_options(arguments_), generated),
        SavedStates::Options{
            .keep_new = !is_dry(), .keep_passed_over = is_digdag, .keep_failure_alerts = is_digdag},
        clock_);
    states_->start();
  }

  int run_attempt(std::optional<workflow::TaskTree> subtree) {
    check_engine_settings(project_.system_config);
    SavedStates* states = states_ ? &*states_ : nullptr;
    std::optional<LiveView> view;
    if (invocation_.program.is_mogura() && invocation_.console.is_terminal()) {
      view.emplace(
          invocation_.console, definition_.name,
          TreeStyle{.colour = wants_colour(arguments_, true), .unicode = locale_is_utf8()});
    }
    RunRecord record(definition_.name, session_time_, states, &tails_, view ? &*view : nullptr);
    LocalEngine engine(engine_options(record));
    engine.start();
    const auto started = engine.start_attempt(start_request(engine, std::move(subtree)));
    cancellation_.started(engine, started.state.attempt);
    if (view) view->start();
    engine.wait(started.state.attempt, [] { return false; });
    cancellation_.ended();
    engine.stop();
    if (view) view->stop();
    if (states != nullptr) states->stop();
    const int signal = cancellation_.signal();
    // A group that succeeded at another try is a failure to Digdag all the same.
    const bool is_mogura = invocation_.program.is_mogura();
    const std::vector<FailedTask> failed = is_mogura ? record.failed_for_good() : record.failed();
    is_mogura ? report(record, failed) : summarize(failed);
    if (signal != 0) return kSignalBase + signal;
    return failed.empty() ? kSuccess : kFailure;
  }

  LocalEngineOptions engine_options(RunRecord& record) {
    EngineOptions options = setup_.engine_options();
    options.run_options = {.dry_run = is_dry(),
                           .show_params = arguments_.has("-E") || arguments_.has("-dE"),
                           .tell_retries = invocation_.program.is_mogura(),
                           .project_path = project_.directory};
    if (invocation_.program.is_mogura()) {
      options.open_task_log =
          [this, keep = std::move(options.open_task_log)](const operators::TaskRequest& request) {
            return tails_.open(request.task_name, keep ? keep(request) : nullptr);
          };
    }
    options.known_results = &record;
    options.observer = &record;
    return {definitions_, calendar::utc_iso(clock_.now()), project_.params, std::move(options)};
  }

  executor::StartRequest start_request(const LocalEngine& engine,
                                       std::optional<workflow::TaskTree> subtree) const {
    return {.workflow = *engine.find_workflow(definition_.name),
            .subtree = std::move(subtree),
            .session_time = session_time_,
            .run_time = clock_.now(),
            .params = project_.params,
            .retry_attempt_name = {},
            .resumed = {}};
  }

  void summarize(const std::vector<FailedTask>& failed) const {
    Console& console = invocation_.console;
    if (states_ && states_->lost() > 0) {
      kRunLog.error("{} states of tasks were not saved: a later run will run those tasks again",
                    states_->lost());
    }
    if (!failed.empty()) {
      console.err("error: " + failure_summary(failed, state_directory_) + "\n");
    } else if (cancellation_.signal() == 0) {
      console.err(success_summary(state_directory_));
    }
  }

  void report(const RunRecord& record, const std::vector<FailedTask>& failed) const {
    RunReport report{
        .workflow = definition_.name,
        .session_time = calendar::iso_time(session_time_, zone_),
        .succeeded = record.succeeded() - (states_ ? states_->passed_over() : 0),
        .reused = states_ ? states_->reused() : 0,
        .states_lost = states_ ? states_->lost() : 0,
        .elapsed = clock_.now() - started_at_,
        .failures = {},
        .was_interrupted = cancellation_.signal() != 0,
        .state_directory = state_directory_,
        .resume_command = resume_command(invocation_.program, arguments_,
                                         calendar::local_time_text(session_time_, zone_))};
    for (const FailedTask& task : failed) {
      report.failures.push_back({task, tails_.lines_of(task.name)});
    }
    invocation_.console.err(speaks_json(arguments_) ? report_json(report, clock_.now())
                                                    : report_text(report));
  }

  const Invocation& invocation_;
  Cancellation cancellation_;  // before everything that makes threads
  const Arguments& arguments_;
  const ProjectArguments project_;
  const std::vector<workflow::Definition> definitions_;
  const workflow::Definition& definition_;
  const calendar::TimeZone zone_;
  const LocalSetup setup_;
  const SystemClock clock_;
  const Instant started_at_ = clock_.now();
  TaskTails tails_;
  Instant session_time_{};
  std::optional<std::string> state_directory_;
  std::optional<SavedStates> states_;
};

}  // namespace

int run_run(const Invocation& invocation) {
  require_positionals(invocation, 1, 2);
  check_skip_options(skip_options(invocation.arguments));
  if (invocation.program.is_mogura()) check_states_are_kept(invocation.arguments);
  return LocalRun(invocation).run();
}

}  // namespace mogura::cli
