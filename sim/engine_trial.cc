#include "sim/engine_trial.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/apply.h"
#include "sim/invariants.h"
#include "sim/workflow_generator.h"
#include "value/json.h"

namespace mogura::sim {
namespace {

using engine::TaskIndex;
using std::chrono::seconds;

constexpr std::size_t kMaxDecisions = 200;
// Tasks generate no more after so many trees, so that lives end.
constexpr int kMaxSubtaskTrees = 12;
// A life that is longer than this does not end by itself.
constexpr int kMaxEvents = 2'000;

class Life {
 public:
  explicit Life(const Trial& trial) : trial_(trial) {}

  std::optional<Problem> live() {
    engine::AttemptSpec spec;
    spec.tree = workflow::compile("", "+w", trial_.workflow);
    spec.base_params = Object{{"base", 1}};
    engine::Created created = engine::create_attempt(std::move(spec), now_);
    attempt_ = std::move(created.attempt);
    auto problem = take("start", created.changes);
    for (int events = 0; !problem && !attempt_.done(); ++events) {
      if (events > kMaxEvents) return Problem{"L2: the attempt does not end", history_};
      problem = step();
    }
    if (!problem && !running_.empty()) {
      return Problem{"I2: a done attempt has running tasks", history_};
    }
    return problem;
  }

 private:
  std::uint32_t decide(std::uint32_t choices) {
    const std::size_t at = decided_++;
    return at < trial_.decisions.size() ? trial_.decisions[at] % choices : 0;
  }

  std::optional<Problem> take(const std::string& what, const engine::Changes& changes) {
    history_.push_back(what);
    running_.insert(running_.end(), changes.to_run.begin(), changes.to_run.end());
    if (auto problem = checker_.check(attempt_, changes, now_)) {
      return Problem{*problem, history_};
    }
    return std::nullopt;
  }

  std::optional<Problem> happen(const std::string& what, const engine::Event& event) {
    return take(what, engine::apply(attempt_, event, now_));
  }

  std::optional<Problem> step() {
    if (decide(40) == 39) return happen("kill", engine::Kill{});
    if (decide(60) == 59 && !std::exchange(sla_fired_, true)) {
      Random random(decide(1'000));
      return happen("sla", engine::SlaDue{random_sla(random)});
    }
    if (decide(20) == 19) return load_again();
    const bool timers = !attempt_.timers.empty();
    if (running_.empty() && !timers) return Problem{"L2: nothing can happen any more", history_};
    if (running_.empty() || (timers && decide(4) == 3)) return pass_time();
    const std::size_t at = decide(static_cast<std::uint32_t>(running_.size()));
    const TaskIndex task = running_[at];
    if (decide(10) == 9) return stale_result(task);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(at));
    return end_task(task);
  }

  // As another process does that has only the rows.
  std::optional<Problem> load_again() {
    engine::rebuild_links(attempt_);
    return take("loaded again", {});
  }

  std::optional<Problem> pass_time() {
    now_ = std::max(now_, *attempt_.next_timer());
    return happen("time passes", engine::TimerDue{});
  }

  std::optional<Problem> stale_result(TaskIndex task) {
    const std::int32_t run = attempt_.tasks[task].run - 1;
    const engine::Changes changes =
        engine::apply(attempt_, engine::TaskSucceeded{task, run, {}}, now_);
    if (changes.applied) return Problem{"Q4: a result of an older run was accepted", history_};
    return take("stale result of " + attempt_.tasks[task].full_name, changes);
  }

  std::optional<Problem> end_task(TaskIndex task) {
    const std::string& name = attempt_.tasks[task].full_name;
    const std::int32_t run = attempt_.tasks[task].run;
    switch (decide(8)) {
      case 5:
      case 6:
        return happen(name + " fails", engine::TaskFailed{task, run, {{"message", name}}});
      case 7:
        return happen(name + " polls", engine::TaskRetry{task, run, seconds(decide(10)), {}});
      default: {
        Random random(decide(1'000));
        engine::TaskResult result =
            subtask_trees_ > kMaxSubtaskTrees ? engine::TaskResult{} : random_result(random);
        if (!result.subtask_config.empty()) ++subtask_trees_;
        return happen(name + " succeeds", engine::TaskSucceeded{task, run, std::move(result)});
      }
    }
  }

  const Trial& trial_;
  engine::Attempt attempt_;
  InvariantChecker checker_;
  Instant now_{};
  std::vector<TaskIndex> running_;
  std::size_t decided_ = 0;
  int subtask_trees_ = 0;
  bool sla_fired_ = false;
  std::vector<std::string> history_;
};

// Every workflow that lacks one thing of this one.
void smaller_workflows(const Object& config, std::vector<Object>& smaller) {
  for (const Object::Member& member : config) {
    if (member.key == "sh>") continue;
    Object without = config;
    without.erase(member.key);
    smaller.push_back(std::move(without));
    if (!member.value.is_object()) continue;
    std::vector<Object> parts;
    smaller_workflows(member.value.as_object(), parts);
    for (Object& part : parts) {
      Object changed = config;
      changed.set(member.key, std::move(part));
      smaller.push_back(std::move(changed));
    }
  }
}

bool fails(const Trial& trial) {
  try {
    return run_trial(trial).has_value();
  } catch (const Error&) {
    return false;  // what was left out made it no workflow
  }
}

bool shrink_workflow(Trial& trial) {
  std::vector<Object> smaller;
  smaller_workflows(trial.workflow, smaller);
  for (Object& workflow : smaller) {
    Trial candidate{std::move(workflow), trial.decisions};
    if (!fails(candidate)) continue;
    trial = std::move(candidate);
    return true;
  }
  return false;
}

bool shrink_decisions(Trial& trial) {
  for (std::size_t cut = trial.decisions.size(); cut > 0; cut /= 2) {
    Trial candidate = trial;
    candidate.decisions.resize(trial.decisions.size() - cut);
    if (!fails(candidate)) continue;
    trial = std::move(candidate);
    return true;
  }
  for (std::uint32_t& decision : trial.decisions) {
    if (decision == 0) continue;
    const std::uint32_t before = std::exchange(decision, 0);
    if (fails(trial)) return true;
    decision = before;
  }
  return false;
}

}  // namespace

Trial random_trial(std::uint64_t seed) {
  Random random(seed);
  Trial trial{random_workflow(random, Operators::sh), {}};
  for (std::size_t i = 0; i < kMaxDecisions; ++i) {
    trial.decisions.push_back(static_cast<std::uint32_t>(random.next()));
  }
  return trial;
}

std::optional<Problem> run_trial(const Trial& trial) {
  return Life(trial).live();
}

Trial shrink(Trial trial) {
  while (shrink_workflow(trial) || shrink_decisions(trial)) {
  }
  return trial;
}

std::string describe(const Trial& trial, const Problem& problem) {
  std::string text = value::to_json(trial.workflow) + "\n";
  for (const std::string& event : problem.history) text += "  " + event + "\n";
  return text + problem.text + "\n";
}

}  // namespace mogura::sim
