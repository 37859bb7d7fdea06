#include "sim/executor_node.h"

#include <algorithm>

namespace mogura::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// As the executor's own thread has them.
constexpr seconds kPause{1};
constexpr seconds kLongestSleep{10};
// Few, so that attempts cross batches often.
constexpr executor::BatchLimits kBatch{.inline_tasks = 3};
constexpr std::size_t kMaxCachedAttempts = 1;
constexpr std::int64_t kMaxTasks = 150;
// Some attempts and tasks take longer.
constexpr executor::TimeToLive kTimeToLive{.attempt = seconds(90), .task = seconds(50)};

// Shared by all simulations: making one takes longer than most of them.
const tmpl::Evaluator& shared_templates() {
  static const tmpl::Evaluator templates;
  return templates;
}

}  // namespace

struct ExecutorNode::Outside {
  explicit Outside(const Clock& clock)
      : environment{.clock = clock,
                    .templates = shared_templates(),
                    .secrets = secrets,
                    .system_config = settings,
                    .attempts = attempts,
                    .notifier = notifier,
                    .temporary_directories = temporary_directories,
                    .max_tasks = kMaxTasks,
                    .print = [](std::string_view) {}} {}

  struct NoAttempts : operators::Attempts {
    std::optional<State> start_or_find(const Start&) override { return std::nullopt; }
  };
  struct NoNotifier : operators::Notifier {
    void notify(const operators::TaskRequest&, const std::string&) override {}
  };
  struct NoSecrets : secrets::SecretStore {
    std::optional<std::string> find(ProjectId, const std::string&) const override {
      return std::nullopt;
    }
  };
  const NoSecrets secrets;
  const Object settings;
  NoAttempts attempts;
  NoNotifier notifier;
  operators::TemporaryDirectories temporary_directories;
  const operators::Environment environment;
};

ExecutorNode::ExecutorNode(World& world, int number, std::function<void()> others)
    : world_(world),
      name_("executor" + std::to_string(number)),
      clock_(world.timeline, world.between(seconds(-5), seconds(5)),
             world.between(seconds(0), seconds(1'000))),
      store_(world, name_, std::move(others)),
      outside_(std::make_unique<Outside>(clock_)) {
  jump({});
}

ExecutorNode::~ExecutorNode() = default;

void ExecutorNode::start() {
  if (alive()) return;
  world_.history.add("{} starts", name_);
  executor_ = std::make_unique<executor::Executor>(
      executor::Dependencies{.store = store_,
                             .clock = clock_,
                             .environment = outside_->environment,
                             .run_options = {.project_path = "/"},
                             .limits = {.default_params = {}, .max_tasks = kMaxTasks},
                             .batch = kBatch,
                             .max_cached_attempts = kMaxCachedAttempts,
                             .time_to_live = kTimeToLive});
  step_after(milliseconds(1));
}

void ExecutorNode::crash() {
  world_.history.add("{} is dead", name_);
  executor_ = nullptr;
  ++planned_step_;
  world_.timeline.after(world_.between(seconds(0), seconds(20)), [this] { start(); });
}

void ExecutorNode::jump(Duration by) {
  clock_.jump(by);
  world_.ledger.clock_is_ahead(clock_.now() - NodeClock::kStart - world_.timeline.now());
}

bool ExecutorNode::with_executor(const std::function<void(executor::Executor&)>& use) {
  if (!alive() || busy_) return false;
  busy_ = true;
  bool lives = true;
  try {
    use(*executor_);
  } catch (const Error&) {
    lives = false;  // the caller tries again, here or elsewhere
  } catch (const Crash&) {
    lives = false;
    crash();
  }
  busy_ = false;
  if (alive()) step_after(milliseconds(1));
  return lives;
}

void ExecutorNode::wake() {
  if (alive() && !busy_) step_after(milliseconds(1));
}

void ExecutorNode::step_after(Duration delay) {
  if (world_.faults.strike(Fault::slow, name_)) delay += world_.between(seconds(0), seconds(5));
  world_.timeline.after(delay, [this, plan = ++planned_step_] {
    if (plan == planned_step_) step_now();
  });
}

void ExecutorNode::step() {
  busy_ = true;
  Duration pause = kPause;
  try {
    pause = executor_->run_batch() ? Duration(milliseconds(1)) : time_to_sleep();
  } catch (const Error&) {
    // Paused for.
  } catch (const Crash&) {
    crash();
  }
  busy_ = false;
  if (alive()) step_after(pause);
}

Duration ExecutorNode::time_to_sleep() {
  const Duration left = executor_->next_wake() - clock_.now();
  return std::clamp(left, Duration(milliseconds(1)), Duration(kLongestSleep));
}

}  // namespace mogura::sim
