// One execution of one task, from the evaluation of its parameters to its outcome: the part that
// the executor (for operators that only compute) and agents have in common (execution.md §10.3).
//
//   TaskRun run(request, environment, options, canceled);
//   TaskRun::Outcome outcome = run.start();     // Done, Poll, Failure, or a command to run
//   outcome = run.command_finished(finished);   // after a command, as often as it asks
//
// Failures come out as a Failure, with the task's error object, or as another try; nothing else
// escapes. The caller
// wraps each call in a LogScope with task_label(), so that the lines logged here bear the task's
// name.
#pragma once

#include <memory>
#include <variant>

#include "operators/operator.h"

namespace mogura::operators {

/// A failed execution: the task's `error` object (language.md §9.1), already logged.
struct Failure {
  Object error;
};

struct RunOptions {
  bool dry_run = false;      // evaluate, do not execute (cli.md §12.3.8)
  bool show_params = false;  // log the parameters first (cli.md §12.3.9)
  bool tell_retries = true;  // why a try failed is told at INFO, else at DEBUG: Digdag has no line
  /// The project directory where the config has no `_project_path`.
  std::filesystem::path project_path;
};

/// Logs the failure of a task as operators.md §2.9 words it, and makes its error object.
Failure fail_task(const TaskRequest& request, const Error& error);

class TaskRun {
 public:
  using Outcome = std::variant<Done, Poll, Failure, command::Request>;

  TaskRun(TaskRequest request, const Environment& environment, RunOptions options,
          std::function<bool()> canceled);
  ~TaskRun();

  /// Evaluates, logs `TYPE>: COMMAND`, runs the operator. A command::Request is to be run by the
  /// caller, who then calls command_finished() or command_not_started().
  Outcome start();
  Outcome command_finished(const command::Finished& finished);
  /// `error` is what Executor::start() threw.
  Outcome command_not_started(const Error& error);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What an error makes of an execution: a failure, as fail_task(); but where the server's database
/// is out of reach (kind "database"), another execution soon, which counts as no try of `_retry`.
TaskRun::Outcome outcome_of(const TaskRequest& request, const Error& error);

/// The name of the operator that the task would run, where that is known without evaluating:
/// `_type`, else the first key that ends in '>' (language.md §5.6).
std::optional<std::string> operator_name(const Object& config, const Object& local_config);

/// The label of a task's log lines: `0021@[SITE:PROJECT:SESSION:ATTEMPT]+task` (cli.md §8.4).
std::string task_label(const TaskRequest& request);

}  // namespace mogura::operators
