// require> (operators.md §3.2, execution.md §18): starts another workflow's attempt, or joins the
// one that its session has, and polls until it is done.
//
//   start or find ──▶ not done ──▶ poll 1, 2, 4, 8, 10, 10... s
//        ▲               done, not started here, rerun_on says so ──▶ poll with a new attempt name
//        └── again ──────┘
//   done otherwise ──▶ remember `task_finish_success`, poll 1 s ──▶ succeed or fail
//
// Where the session's attempt is the one of this task, it would wait for ever, and fails instead.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "calendar/time_zone.h"
#include "operators/factories.h"
#include "operators/random.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

using std::chrono::seconds;

constexpr seconds kMaxPollInterval{10};
constexpr seconds kFinalPollInterval{1};

constexpr std::string_view kKickedKey = "require_kicked";
constexpr std::string_view kSessionKey = "target_session_id";
constexpr std::string_view kAttemptKey = "target_attempt_id";
constexpr std::string_view kRerunNameKey = "rerun_on_retry_attempt_name";
constexpr std::string_view kSuccessKey = "task_finish_success";
constexpr std::string_view kRetryKey = "retry";

enum class RerunOn { none, failed, all };

RerunOn rerun_on(const Object& config) {
  const std::string text = value::find_text(config, "rerun_on").value_or("none");
  if (text == "none") return RerunOn::none;
  if (text == "failed") return RerunOn::failed;
  if (text == "all") return RerunOn::all;
  throw ConfigError("invalid rerun_on option:" + text);
}

// Where Java's parser of ISO date-times gives up: the length of what it could read.
std::size_t unparsable_at(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  std::size_t at = 0;
  while (at < kForm.size() && at < text.size()) {
    const char c = text[at];
    const bool fits = kForm[at] == 'd' ? (c >= '0' && c <= '9') : c == kForm[at];
    if (!fits) break;
    ++at;
  }
  // A field that is incomplete is given up where it begins.
  while (at < kForm.size() && at > 0 && kForm[at] == 'd' && kForm[at - 1] == 'd') --at;
  return at;
}

Instant session_time(const Context& context) {
  constexpr std::string_view kKey = "session_time";
  const Value* value = context.config.find(kKey);
  if (value == nullptr || value->is_null()) return context.request.session_time;
  const auto instant = value->is_text() ? calendar::parse_instant(value->as_text()) : std::nullopt;
  if (instant) return *instant;
  std::vector<Error> causes;
  if (value->is_text()) {
    const std::string& text = value->as_text();
    causes.emplace_back("json mapping", "Invalid ISO time format: " + text);
    causes.emplace_back("date time parse", "Text '" + text + "' could not be parsed at index " +
                                               std::to_string(unparsable_at(text)));
  }
  throw value::wrong_type("class java.time.Instant", kKey, *value, std::move(causes));
}

class Require : public Operator {
 public:
  explicit Require(Context& context) : context_(context), state_(context.request.state_params) {}

  Step run() override {
    if (state_.contains(kSuccessKey)) return finish();
    const RerunOn rerun = rerun_on(context_.config);
    const bool ignore_failure =
        value::find_boolean(context_.config, "ignore_failure").value_or(false);
    const Attempts::State target = start_or_find();
    if (target.started_now) state_.set(kKickedKey, true);
    state_.set(kSessionKey, target.session.value);
    state_.set(kAttemptKey, target.attempt.value);
    if (target.started_now || !target.done) return poll_again();
    const bool kicked = value::find_boolean(state_, kKickedKey).value_or(false);
    if (!kicked && wants_rerun(rerun, target.success)) {
      state_.set(kRerunNameKey, random_uuid());
      return poll_again();
    }
    state_.set(kSuccessKey, target.success || ignore_failure);
    return Poll{.interval = kFinalPollInterval, .state = state_, .error = std::nullopt};
  }

 private:
  static bool wants_rerun(RerunOn rerun, bool success) {
    return rerun == RerunOn::all || (rerun == RerunOn::failed && !success);
  }

  Attempts::State start_or_find() {
    const Attempts::Start start = start_request();
    std::optional<Attempts::State> target;
    try {
      target = context_.environment.attempts.start_or_find(start);
    } catch (const Error& error) {
      if (error.kind() == "database") throw;
      throw TaskFailed::because_of(error);
    }
    if (!target) throw TaskFailed("Dependent workflow does not exist. " + described(start));
    // This attempt is not done before this task is.
    if (target->attempt == context_.request.attempt) {
      throw ConfigError("Workflow '" + start.workflow_name +
                        "' requires itself: its attempt of this session would wait for its own "
                        "end");
    }
    return *target;
  }

  Attempts::Start start_request() const {
    const Object& local = context_.local_config;
    Attempts::Start start{
        .project_id = std::nullopt,
        .project_name = value::find_text(local, "project_name"),
        .caller_project = context_.request.project,
        .workflow_name = value::get_text(context_.config, "_command"),
        .session_time = session_time(context_),
        .retry_attempt_name = value::find_text(state_, kRerunNameKey),
        .params = value::find_object(context_.config, "params"),
    };
    if (const auto id = value::find_int(local, "project_id")) start.project_id = ProjectId{*id};
    if (start.project_id && start.project_name) {
      throw ConfigError("Both project_id and project_name can't be set");
    }
    if (!start.retry_attempt_name) {
      start.retry_attempt_name = value::find_text(local, "retry_attempt_name");
    }
    return start;
  }

  static std::string described(const Attempts::Start& start) {
    const std::string project =
        start.project_name
            ? "projectName: " + *start.project_name
            : "projectId: " + std::to_string(start.project_id.value_or(start.caller_project).value);
    return project + ", workflowName:" + start.workflow_name;
  }

  Step poll_again() {
    const std::int64_t polls = value::find_long(state_, kRetryKey).value_or(0);
    const seconds interval =
        polls < 4 ? seconds(std::int64_t{1} << std::max<std::int64_t>(polls, 0)) : kMaxPollInterval;
    state_.set(kRetryKey, polls + 1);
    return Poll{.interval = interval, .state = state_, .error = std::nullopt};
  }

  Step finish() const {
    if (value::get_boolean(state_, kSuccessKey)) return Done{};
    throw TaskFailed("Dependent workflow failed. Session id: " + id_text(kSessionKey) +
                     ", attempt id: " + id_text(kAttemptKey));
  }

  std::string id_text(std::string_view key) const {
    return std::to_string(value::get_long(state_, key));
  }

  Context& context_;
  Object state_;
};

}  // namespace

std::unique_ptr<Operator> make_require(Context& context) {
  return std::make_unique<Require>(context);
}

}  // namespace mogura::operators
