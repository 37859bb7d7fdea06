#include "sim/sim_agent.h"

#include <algorithm>

#include "sim/workflow_generator.h"

namespace mogura::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxExecutions = 3;  // of one agent at a time
constexpr seconds kReportAgainAfter{3};
// A slow process comes so much late at most: less than what a lease leaves for ending its tasks.
constexpr milliseconds kMaxSlowness{2'000};

}  // namespace

SimAgent::SimAgent(World& world, int number, Report report, std::function<void()> others)
    : world_(world),
      name_("agent" + std::to_string(number)),
      report_(std::move(report)),
      clock_(world.timeline, world.between(seconds(-5), seconds(5)),
             world.between(seconds(0), seconds(1'000))),
      store_(world, name_, std::move(others)) {}

void SimAgent::start() {
  if (process_ != nullptr) return;
  world_.history.add("{} starts", name_);
  process_ = std::make_unique<Process>(
      Process{agent::LeaseKeeper(store_, clock_, {.agent = name_}), true, {}, {}});
  ++life_;
  step_after(milliseconds(1));
}

void SimAgent::crash() {
  world_.history.add("{} is dead", name_);
  end_all();
  process_ = nullptr;
  ++planned_step_;
  world_.timeline.after(world_.between(seconds(0), seconds(20)), [this] { start(); });
}

void SimAgent::step_after(Duration delay) {
  if (world_.faults.strike(Fault::slow, name_)) delay += world_.between(seconds(0), kMaxSlowness);
  world_.timeline.after(delay, [this, plan = ++planned_step_] {
    if (plan == planned_step_) step_now();
  });
}

void SimAgent::notice(const store::Notice& notice) {
  if (process_ == nullptr) return;
  if (notice.queued) process_->claim_wanted = true;
  if (notice.canceled) process_->keeper.hurry();
  if (!busy_) step_after(milliseconds(1));
}

void SimAgent::step() {
  busy_ = true;
  try {
    keep_lease();
    claim_tasks();
  } catch (const Error&) {
    // The next step tries again.
  } catch (const Crash&) {
    crash();
  }
  busy_ = false;
  if (process_ == nullptr) return;
  const Duration idle = world_.between(milliseconds(100), seconds(3));
  const Duration beat = process_->keeper.next_beat().value_or(Duration::max());
  step_after(std::clamp(beat - clock_.steady(), Duration(milliseconds(1)), idle));
}

void SimAgent::keep_lease() {
  if (world_.random.one_in(10)) process_->claim_wanted = true;  // its sweep
  const bool busy = !process_->running.empty() || !process_->reported.empty();
  if (busy || process_->claim_wanted) process_->keeper.use();
  const agent::Beat beat = process_->keeper.beat();
  if (beat.lost) end_all();
  if (!beat.renewal) return;
  for (const store::EntryId entry : beat.renewal->canceled) {
    const auto found = process_->running.find(entry);
    if (found != process_->running.end()) cancel(found->second);
  }
  if (beat.renewal->claims <= process_->running.size() + process_->reported.size()) return;
  for (const store::Claim& claim : store_.claims_of(*process_->keeper.lease())) {
    const bool known =
        process_->running.contains(claim.entry) || process_->reported.contains(claim.entry);
    if (!known) begin(claim);
  }
}

void SimAgent::claim_tasks() {
  const std::size_t running = process_->running.size();
  if (!process_->keeper.lease() || running >= kMaxExecutions) return;
  process_->claim_wanted = false;
  const auto claims = store_.claim(*process_->keeper.lease(), kMaxExecutions - running);
  for (const store::Claim& claim : claims) begin(claim);
}

void SimAgent::begin(const store::Claim& claim) {
  const store::Lease& lease = *process_->keeper.lease();
  world_.ledger.execution_begins(name_, lease, claim);
  const Object& payload = claim.payload.as_object();
  Execution execution{claim,
                      {claim.entry, lease.id, lease.epoch},
                      payload.find("taskName")->as_text(),
                      claim.canceled || payload.find("cancelRequested")->as_boolean(),
                      ++executions_};
  world_.history.add("{} {} {} of attempt {}, run {}", name_,
                     execution.canceled ? "cleans up" : "executes", execution.task_name,
                     claim.attempt.value, claim.run);
  end_after(execution, world_.random.one_in(5)
                           ? world_.between(seconds(1), seconds(30))
                           : world_.between(milliseconds(1), milliseconds(500)));
  process_->running.emplace(claim.entry, std::move(execution));
}

void SimAgent::end_after(const Execution& execution, Duration delay) {
  const store::EntryId entry = execution.claim.entry;
  world_.timeline.after(delay, [this, entry, number = execution.number] {
    if (process_ == nullptr) return;
    const auto found = process_->running.find(entry);
    if (found != process_->running.end() && found->second.number == number) end(entry);
  });
}

void SimAgent::cancel(Execution& execution) {
  if (!std::exchange(execution.canceled, true)) end_after(execution, seconds(1));
}

// What a task comes to, whoever executes it and when.
engine::Event SimAgent::outcome(const Execution& execution) const {
  const auto [task, run] = std::pair(execution.claim.task, execution.claim.run);
  Random random(mixed(mixed(world_.seed, execution.task_name),
                      static_cast<std::uint64_t>(execution.claim.attempt.value * 1'000 + run)));
  switch (random.below(8)) {
    case 0:
      return engine::TaskRetry{task, run, seconds(random.below(20)), Object{{"polls", run}}};
    case 1:
      return engine::TaskFailed{task, run, Object{{"message", execution.task_name}}};
    default:
      break;
  }
  if (execution.canceled) return engine::TaskFailed{task, run, Object{{"message", "canceled"}}};
  return engine::TaskSucceeded{task, run, random_result(random)};
}

void SimAgent::end(store::EntryId entry) {
  const auto ended = process_->running.extract(entry);
  const Execution& execution = ended.mapped();
  world_.ledger.execution_ends(execution.claim);
  engine::Event event = outcome(execution);
  static constexpr const char* kEnds[] = {"succeeded", "failed", "polls"};
  world_.history.add("{} has {}: {}", name_, execution.task_name,
                     event.index() < std::size(kEnds) ? kEnds[event.index()] : "");
  process_->reported[entry] = {execution.claim.attempt, std::move(event), execution.owned};
  send_report(entry, life_);
  step_after(milliseconds(1));
}

void SimAgent::send_report(store::EntryId entry, std::uint64_t life) {
  if (process_ == nullptr || life != life_) return;
  const auto report = process_->reported.find(entry);
  if (report == process_->reported.end()) return;
  // By then the entry may be this agent's again, under another lease.
  const auto settled = [this, entry, lease = report->second.owned.lease] {
    if (process_ == nullptr) return;
    const auto found = process_->reported.find(entry);
    if (found != process_->reported.end() && found->second.owned.lease == lease) {
      process_->reported.erase(found);
    }
  };
  report_(report->second.attempt, report->second.event, report->second.owned, settled);
  world_.timeline.after(kReportAgainAfter, [this, entry, life] { send_report(entry, life); });
}

void SimAgent::end_all() {
  for (const auto& [entry, execution] : process_->running) {
    world_.ledger.execution_ends(execution.claim);
  }
  process_->running.clear();
  process_->reported.clear();
}

}  // namespace mogura::sim
