// What an operator is, and what it sees (operators.md §2.1, execution.md §10.2–10.3).
//
// An operator is made for one execution of one task and says what to do next: the task is done, ask
// again later, or run this command and call me back. Failures are exceptions: ConfigError,
// TaskFailed or any other Error (operators.md §2.9). No operator waits for something outside by
// holding a thread, except for one network exchange.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"
#include "command/executor.h"
#include "engine/result.h"
#include "operators/temporary_directories.h"
#include "secrets/secrets.h"
#include "template/template.h"
#include "value/value.h"

namespace mogura::operators {

/// Everything that one execution of a task needs to know (execution.md §10.2).
struct TaskRequest {
  SiteId site;
  ProjectId project;
  std::string project_name;
  std::string workflow_name;
  std::string revision;
  SessionId session;
  AttemptId attempt;
  Instant attempt_created_at;
  std::optional<std::string> retry_attempt_name;
  std::int64_t task_id = 0;
  std::string task_name;  // full name
  int retry_count = 0;    // how often the task was queued before
  std::string timezone;
  std::string session_uuid;
  Instant session_time;
  std::optional<Instant> started_at;  // of the first execution
  bool cancel_requested = false;
  Object config;        // layers 1-7 of language.md §10.1, unevaluated, without _check and _error
  Object local_config;  // the task's own plain keys, unevaluated
  Object state_params;  // what the last execution asked to remember
};

/// An expected failure (operators.md §2.9): its message is the task's error message, without a
/// kind.
class TaskFailed : public Error {
 public:
  explicit TaskFailed(std::string message, Object properties = {}, std::vector<Error> causes = {})
      : Error("", std::move(message), std::move(causes)), properties_(std::move(properties)) {}
  /// "Expected failure from cause": the cause's text with its kind, and what caused it in turn.
  static TaskFailed because_of(const Error& cause) {
    return TaskFailed(cause.text(), Object{{"stacktrace", cause.chain()}}, cause.causes());
  }
  /// What the error object holds beside the message.
  const Object& properties() const { return properties_; }

 private:
  Object properties_;
};

struct Done {
  engine::TaskResult result;
};
/// Execute again after `interval` with this state. `error` is the failure that `_retry` consumed.
struct Poll {
  std::chrono::seconds interval;
  Object state;
  std::optional<Error> error;
};
struct Step;
/// Run the command, then go on with how it ended.
struct RunCommand {
  command::Request request;
  std::function<Step(const command::Finished&)> then;
  /// What the user can do where the program is missing; follows that error's message.
  std::string advice;
};
struct Step : std::variant<Done, Poll, RunCommand> {
  using variant::variant;
};

/// Starting and watching other attempts, for require> (execution.md §18).
class Attempts {
 public:
  struct Start {
    std::optional<ProjectId> project_id;  // neither: the project of the caller
    std::optional<std::string> project_name;
    ProjectId caller_project;
    std::string workflow_name;
    Instant session_time;
    std::optional<std::string> retry_attempt_name;
    Object params;
  };
  struct State {
    SessionId session;
    AttemptId attempt;
    bool started_now = false;  // by this call
    bool done = false;
    bool success = false;
  };
  virtual ~Attempts() = default;
  /// Starts the attempt, or finds the one that has its session and name. Absent where the project
  /// or workflow does not exist. Throws Error of kind "attempt limit exceeded" or "task limit
  /// exceeded".
  virtual std::optional<State> start_or_find(const Start& start) = 0;
};

/// Delivers the message of notify> and of failure alerts (operators.md §3.9). Throws Error.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual void notify(const TaskRequest& request, const std::string& message) = 0;
};

/// What the process around a task offers to operators. All of it may be used from many threads.
struct Environment {
  const Clock& clock;
  const tmpl::Evaluator& templates;
  const secrets::SecretStore& secrets;
  const Object& system_config;  // flat: "config.mail.host" -> text
  Attempts& attempts;
  Notifier& notifier;
  TemporaryDirectories& temporary_directories;
  std::int64_t max_tasks = 1000;  // `executor.task_max_run`
  /// Text for the program's standard output.
  std::function<void(std::string_view)> print;
};

/// One execution, as its operator sees it.
struct Context {
  const TaskRequest& request;
  const Environment& environment;
  Object config;                        // evaluated, with _type and _command; without _secrets
  Object local_config;                  // evaluated
  Object env;                           // the task's own `_env`, evaluated
  std::filesystem::path project_path;   // absolute
  secrets::SecretProvider secrets;      // remounted by _secrets
  secrets::SecretProvider raw_secrets;  // as _env sees them
  std::function<bool()> canceled;       // whether to give up soon
};

class Operator {
 public:
  virtual ~Operator() = default;
  virtual Step run() = 0;
  /// Called in place of run() when the task is to be canceled: ends what state_params say was
  /// begun.
  virtual void cleanup() {}
};

/// How the machinery around an operator treats it (operators.md §1.1, §2.10).
struct OperatorKind {
  std::string_view name;
  /// Makes the operator for one execution; may throw ("C" operators read parameters here).
  std::unique_ptr<Operator> (*make)(Context& context);
  /// `_retry` applies to failures of run() ("B" and "C").
  bool generic_retry = false;
  /// Only computes: executed by the executor, inside its transaction.
  bool runs_inline = false;
  /// Looks into the files of the project; runs only where these are.
  bool needs_files = true;
  /// The keys that it reads, for the complaint about the others; empty: it reads all.
  std::vector<std::string_view> reads;
};

/// The kind with this name; null where there is none.
const OperatorKind* find_operator(std::string_view name);

}  // namespace mogura::operators
