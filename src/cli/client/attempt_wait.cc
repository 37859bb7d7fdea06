#include "cli/client/attempt_wait.h"

#include <numeric>

#include "calendar/time_zone.h"
#include "cli/backoff.h"
#include "cli/client/attempt_view.h"
#include "cli/client/lookups.h"
#include "cli/colour.h"
#include "cli/live_view.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

// Between two looks at the server, longer and longer.
constexpr BackoffTimes kLooks{std::chrono::milliseconds(100), std::chrono::milliseconds(1'000), 2};

engine::TaskState state_named(std::string_view name) {
  for (auto state = engine::TaskState::blocked; state <= engine::TaskState::canceled;
       state = static_cast<engine::TaskState>(static_cast<int>(state) + 1)) {
    if (engine::state_name(state) == name) return state;
  }
  return engine::TaskState::blocked;
}

// The tree of one attempt, drawn while it lives; nothing where there is no terminal.
class AttemptTree {
 public:
  explicit AttemptTree(const Invocation& invocation) {
    Console& console = invocation.console;
    if (prints_json(invocation) || !console.is_terminal()) return;
    view_.emplace(console, "",
                  TreeStyle{wants_colour(invocation.arguments, true), locale_is_utf8()});
    view_->start();
  }
  ~AttemptTree() {
    if (view_) view_->stop();
  }
  AttemptTree(const AttemptTree&) = delete;
  AttemptTree& operator=(const AttemptTree&) = delete;

  bool is_shown() const { return view_.has_value(); }
  void show(const engine::Attempt& attempt) {
    std::vector<engine::TaskIndex> all(attempt.tasks.size());
    std::iota(all.begin(), all.end(), engine::TaskIndex{0});
    view_->committed({}, attempt, all);
  }

 private:
  std::optional<LiveView> view_;
};

void print_end(const Invocation& invocation, const Value& attempt, const Value& tasks) {
  const Object& object = object_in(attempt);
  invocation.print("Attempt " + text_in(object, "id") + " of session " +
                   text_in(object, "sessionId") + ": " + std::string(attempt_status(object)));
  for (const Value& element : list_in(tasks, "tasks")) {
    const Object& task = object_in(element);
    const std::string message = text_in(value::find_object(task, "error"), "message");
    if (!message.empty()) invocation.print("  " + text_in(task, "fullName") + ": " + message);
  }
  if (value::find_boolean(object, "success").value_or(false)) return;
  const std::string& program = invocation.program.name;
  const std::string id = text_in(object, "id");
  invocation.print("See why: " + program + " log " + id + "\nGo on from here: " + program +
                   " retry " + id + " --latest-revision --resume");
}

}  // namespace

engine::Attempt attempt_from(const Value& answer) {
  engine::Attempt attempt;
  std::map<std::string, engine::TaskIndex> positions;
  for (const Value& element : list_in(answer, "tasks")) {
    const Object& task = object_in(element);
    positions.emplace(text_in(task, "id"), static_cast<engine::TaskIndex>(attempt.tasks.size()));
    engine::Task& row = attempt.tasks.emplace_back();
    row.full_name = text_in(task, "fullName");
    row.state = state_named(text_in(task, "state"));
    row.config = value::find_object(task, "config");
    const bool is_group = value::find_boolean(task, "isGroup").value_or(false);
    row.kind = is_group ? engine::TaskKind::group : engine::TaskKind::task;
    row.started_at = calendar::parse_instant(text_in(task, "startedAt"));
    row.updated_at = calendar::parse_instant(text_in(task, "updatedAt")).value_or(Instant());
    const auto parent = positions.find(text_in(task, "parentId"));
    if (parent == positions.end()) continue;
    row.parent = parent->second;
    row.name_offset = static_cast<std::uint32_t>(attempt.tasks[row.parent].full_name.size());
  }
  return attempt;
}

int wait_for_attempt(const Invocation& invocation, const ServerApi& server,
                     const std::string& attempt) {
  const std::string path = "/api/attempts/" + path_part(attempt);
  Value state;
  Value tasks;
  {
    AttemptTree tree(invocation);
    Backoff pause(kLooks);
    for (bool is_done = false; !is_done;) {
      state = server.get(path);
      is_done = value::find_boolean(object_in(state), "done").value_or(false);
      if (tree.is_shown() || is_done) tasks = server.get(path + "/tasks");
      if (tree.is_shown()) tree.show(attempt_from(tasks));
      if (!is_done) pause.wait();
    }
  }
  if (prints_json(invocation)) {
    print_json(invocation, state);
  } else {
    print_end(invocation, state, tasks);
  }
  const bool success = value::find_boolean(object_in(state), "success").value_or(false);
  return success ? kSuccess : kFailure;
}

}  // namespace mogura::cli
