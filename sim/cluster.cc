#include "sim/cluster.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "sim/executor_node.h"
#include "sim/sim_agent.h"
#include "sim/workflow_generator.h"
#include "value/json.h"

namespace mogura::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kMaxAttempts = 4;
// Attempts start, are killed and tried again within this time; then nothing goes wrong any more.
constexpr seconds kTroubledTime{60};
// After it, every attempt is done within this time, and its traces are gone shortly after.
constexpr hours kPatience{12};
constexpr minutes kAftermath{1};
// No poll, retry or execution takes so long.
constexpr minutes kLongestQuiet{5};
constexpr std::size_t kMaxShrinks = 300;
constexpr std::size_t kMaxSteps = 50'000;

// An attempt as its user sees it.
struct Wanted {
  executor::StartRequest request;
  std::optional<Duration> kill_at;
  bool refused = false;
  bool killed = false;
  std::optional<AttemptId> id;
};

executor::StartRequest random_request(Random& random, std::size_t number) {
  executor::StartRequest request;
  request.workflow.project = {1};
  request.workflow.project_name = "project";
  request.workflow.revision = "r";
  request.workflow.definition.name = "w" + std::to_string(number);
  request.workflow.definition.timezone = "UTC";
  Object& config = request.workflow.definition.config;
  config = random_workflow(random, Operators::mixed);
  if (random.one_in(4)) config.set("sla", random_sla(random));
  request.params = Object{{"v", 1}};
  request.session_time = NodeClock::kStart;
  request.run_time = NodeClock::kStart;
  return request;
}

// What an attempt has done well, for another one to take over.
std::map<std::string, engine::ResumedTask, std::less<>> done_tasks(const engine::Attempt& attempt) {
  std::map<std::string, engine::ResumedTask, std::less<>> done;
  for (const engine::Task& row : attempt.tasks) {
    const bool take = row.state == engine::TaskState::success && row.has(engine::kInitial) &&
                      row.kind == engine::TaskKind::task && !row.full_name.contains('^');
    if (!take || row.output == nullptr) continue;
    done[row.full_name] = {row.output->export_params, row.output->store_params};
  }
  return done;
}

class Cluster {
 public:
  Cluster(const Scenario& scenario, bool keep_history);
  ClusterRun run();

 private:
  void let_others_go_on();
  void pass_on(const store::Notice& notice);
  ExecutorNode* some_executor();
  void report(AttemptId attempt, const engine::Event& event, const store::Ownership& owned,
              const std::function<void()>& settled);
  void want(Wanted wanted, Duration start_after);
  void start(Wanted& wanted);
  void kill(Wanted& wanted);
  void try_again(const Wanted& wanted);
  void plan_clock_jumps(ExecutorNode& executor);
  void end_trouble();
  bool all_is_done() const;
  std::string unfinished() const;
  void live();

  World world_;
  std::size_t attempts_ = 0;
  std::size_t interleaved_one_in_;
  bool interleaved_ = false;
  std::vector<std::unique_ptr<ExecutorNode>> executors_;
  std::vector<std::unique_ptr<SimAgent>> agents_;
  std::vector<std::unique_ptr<Wanted>> wanted_;
  const std::unique_ptr<store::Notices::Subscription> notices_ =
      world_.store.watch([this](const store::Notice& notice) { pass_on(notice); });
};

Cluster::Cluster(const Scenario& scenario, bool keep_history)
    : world_(scenario.seed, scenario.spared_faults, keep_history),
      interleaved_one_in_(world_.random.pick(std::vector<std::size_t>{5, 50, 1'000'000})) {
  const auto others = [this] { let_others_go_on(); };
  const std::size_t executors = 1 + world_.random.below(3), agents = 1 + world_.random.below(3);
  for (std::size_t i = 0; i < executors; ++i) {
    executors_.push_back(std::make_unique<ExecutorNode>(world_, static_cast<int>(i), others));
    plan_clock_jumps(*executors_.back());
  }
  for (std::size_t i = 0; i < agents; ++i) {
    agents_.push_back(std::make_unique<SimAgent>(
        world_, static_cast<int>(i),
        [this](AttemptId attempt, const engine::Event& event, const store::Ownership& owned,
               const std::function<void()>& settled) { report(attempt, event, owned, settled); },
        others));
  }
  attempts_ = 1 + world_.random.below(kMaxAttempts);
  for (std::size_t i = 0; i < attempts_; ++i) {
    Random random(mixed(mixed(scenario.seed, "attempt"), i));
    Wanted wanted{.request = random_request(random, i)};
    if (random.one_in(3)) wanted.kill_at = seconds(1 + random.below(40));
    const seconds start_after(random.below(20));
    if (!scenario.spared_attempts.contains(i)) want(std::move(wanted), start_after);
  }
}

// Between any two steps of one process others may do theirs.
void Cluster::let_others_go_on() {
  if (interleaved_ || !world_.random.one_in(interleaved_one_in_)) return;
  interleaved_ = true;
  const std::size_t other = world_.random.below(executors_.size() + agents_.size());
  if (other < executors_.size()) {
    executors_[other]->step_now();
  } else {
    agents_[other - executors_.size()]->step_now();
  }
  interleaved_ = false;
}

// Notices travel as messages do; this one is not sent to those whom it does not concern.
void Cluster::pass_on(const store::Notice& notice) {
  if (notice.queued || notice.canceled) {
    for (const auto& agent : agents_) {
      world_.send("notice to " + agent->name(), [&agent, notice] { agent->notice(notice); });
    }
  }
  if (!notice.wake_at) return;
  for (const auto& executor : executors_) {
    world_.send("notice to an executor", [&executor] { executor->wake(); });
  }
}

ExecutorNode* Cluster::some_executor() {
  ExecutorNode& any = *world_.random.pick(executors_);
  return any.alive() ? &any : nullptr;
}

void Cluster::report(AttemptId attempt, const engine::Event& event, const store::Ownership& owned,
                     const std::function<void()>& settled) {
  world_.send("report", [=, this] {
    ExecutorNode* const node = some_executor();
    if (node == nullptr) return;
    node->with_executor([&](executor::Executor& executor) {
      executor.post(attempt, event, owned, [this, owned, settled] {
        world_.ledger.settled(owned);
        world_.send("settlement", settled);
      });
    });
  });
}

void Cluster::want(Wanted wanted, Duration start_after) {
  Wanted* const added = wanted_.emplace_back(std::make_unique<Wanted>(std::move(wanted))).get();
  world_.history.add("wanted: {} of {} with {}",
                     added->request.retry_attempt_name.value_or("attempt"),
                     added->request.workflow.definition.name,
                     value::to_json(added->request.workflow.definition.config));
  world_.timeline.after(start_after, [this, added] { start(*added); });
  if (added->kill_at) world_.timeline.after(*added->kill_at, [this, added] { kill(*added); });
}

void Cluster::start(Wanted& wanted) {
  const auto start_at = [&](executor::Executor& executor) {
    std::optional<executor::Executor::Started> started;
    try {
      started = executor.start_attempt(wanted.request);
    } catch (const Error& error) {
      if (error.kind() == "database") throw;
      wanted.refused = true;
      return;
    }
    if (wanted.id && started->is_new) {
      throw Violation{fmt::format("I1: a second start made attempt {} beside {}",
                                  started->state.attempt.value, wanted.id->value)};
    }
    if (!wanted.id) wanted.id = started->state.attempt;
    world_.history.add("attempt {} is {}", wanted.id->value,
                       wanted.request.workflow.definition.name);
  };
  ExecutorNode* const node = some_executor();
  const bool known = node != nullptr && node->with_executor(start_at);
  const bool once_more = known && world_.random.one_in(4);  // to no effect
  if (!known || once_more) world_.timeline.after(seconds(1), [this, &wanted] { start(wanted); });
  if (!known || wanted.refused || wanted.request.retry_attempt_name) return;
  world_.timeline.after(world_.between(seconds(10), kTroubledTime),
                        [this, &wanted] { try_again(wanted); });
}

void Cluster::kill(Wanted& wanted) {
  if (wanted.killed || wanted.refused) return;
  ExecutorNode* const node = some_executor();
  if (node != nullptr && wanted.id) {
    world_.history.add("kill of attempt {}", wanted.id->value);
    node->with_executor([&](executor::Executor& executor) {
      executor.post(*wanted.id, engine::Kill{}, std::nullopt, [&wanted] { wanted.killed = true; });
    });
  }
  world_.timeline.after(seconds(2), [this, &wanted] { kill(wanted); });
}

// A second attempt of a session whose first one failed.
void Cluster::try_again(const Wanted& wanted) {
  if (world_.faults.over() || !wanted.id) return;
  const store::Loaded before = *world_.store.load(*wanted.id);
  if (!before.attempt.done() || before.attempt.success()) return;
  Wanted again{.request = wanted.request};
  again.request.retry_attempt_name = "again";
  again.request.resumed = done_tasks(before.attempt);
  want(std::move(again), seconds(0));
}

void Cluster::plan_clock_jumps(ExecutorNode& executor) {
  world_.timeline.after(world_.between(seconds(1), seconds(20)), [this, &executor] {
    if (world_.faults.strike(Fault::clock_jumps, "executor")) {
      executor.jump(world_.between(seconds(1), seconds(120)));
    }
    if (!world_.faults.over()) plan_clock_jumps(executor);
  });
}

void Cluster::end_trouble() {
  world_.history.add("nothing goes wrong any more");
  world_.faults.end();
  for (const auto& executor : executors_) executor->start();
  for (const auto& agent : agents_) agent->start();
}

bool Cluster::all_is_done() const {
  return world_.faults.over() && world_.ledger.unfinished().empty() &&
         std::ranges::all_of(wanted_,
                             [](const auto& wanted) { return wanted->id || wanted->refused; });
}

std::string Cluster::unfinished() const {
  std::string text;
  for (const AttemptId id : world_.ledger.unfinished()) text += std::to_string(id.value) + " ";
  return text;
}

void Cluster::live() {
  for (const auto& executor : executors_) executor->start();
  for (const auto& agent : agents_) agent->start();
  world_.timeline.after(kTroubledTime, [this] { end_trouble(); });
  std::size_t steps = 0;
  while (!all_is_done()) {
    if (world_.timeline.now() > kTroubledTime + kPatience || ++steps > kMaxSteps) {
      throw Violation{"L2: these attempts do not end: " + unfinished()};
    }
    world_.timeline.step();
    if (world_.timeline.now() > kTroubledTime + kLongestQuiet) {
      world_.ledger.check_progress(world_.timeline.now() - kLongestQuiet);
    }
  }
  const Duration end = world_.timeline.now() + kAftermath;
  while (world_.timeline.now() < end) world_.timeline.step();
  world_.ledger.check_end();
}

ClusterRun Cluster::run() {
  ClusterRun result;
  try {
    live();
  } catch (const Violation& violation) {
    result.problem = violation.text;
  }
  result.history = world_.history.lines();
  result.attempts = attempts_;
  result.faults = world_.faults.struck();
  return result;
}

}  // namespace

ClusterRun run_cluster(const Scenario& scenario, bool keep_history) {
  return Cluster(scenario, keep_history).run();
}

Scenario shrink(Scenario scenario) {
  std::size_t tries = 0;
  const auto keep_if_it_fails = [&](Scenario candidate) {
    if (++tries <= kMaxShrinks && run_cluster(candidate).problem) scenario = std::move(candidate);
  };
  const std::size_t attempts = run_cluster(scenario).attempts;
  for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
    Scenario without = scenario;
    without.spared_attempts.insert(attempt);
    keep_if_it_fails(std::move(without));
  }
  for (std::size_t part = run_cluster(scenario).faults.size(); part > 0; part /= 2) {
    const std::vector<std::size_t> faults = run_cluster(scenario).faults;
    for (std::size_t from = 0; from < faults.size(); from += part) {
      Scenario without = scenario;
      const auto begin = faults.begin() + static_cast<std::ptrdiff_t>(from);
      const auto count = static_cast<std::ptrdiff_t>(std::min(part, faults.size() - from));
      without.spared_faults.insert(begin, begin + count);
      keep_if_it_fails(std::move(without));
    }
  }
  return scenario;
}

std::string describe(const Scenario& scenario) {
  const ClusterRun run = run_cluster(scenario, /*keep_history=*/true);
  std::string text = fmt::format("seed {}", scenario.seed);
  if (!scenario.spared_attempts.empty()) {
    text += fmt::format(" without attempts {}", fmt::join(scenario.spared_attempts, ","));
  }
  if (!scenario.spared_faults.empty()) {
    text += fmt::format(" without faults {}", fmt::join(scenario.spared_faults, ","));
  }
  text += "\n";
  for (const std::string& line : run.history) text += line + "\n";
  return text + run.problem.value_or("nothing is wrong") + "\n";
}

}  // namespace mogura::sim
