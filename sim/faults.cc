#include "sim/faults.h"

#include <algorithm>
#include <utility>

namespace mogura::sim {
namespace {

// How often each fault strikes where the seed chose "often": one in so many chances.
constexpr std::array<std::size_t, kFaults> kOften{30, 30, 60, 100, 6, 6, 6, 10, 4};
constexpr std::size_t kSeldom = 8;  // times less often

}  // namespace

std::string_view fault_name(Fault fault) {
  static constexpr std::string_view kNames[kFaults] = {
      "statement fails",        "answer lost",  "crash",
      "cut off from the store", "message lost", "message late",
      "message twice",          "slow",         "clock jumps"};
  return kNames[static_cast<std::size_t>(fault)];
}

// Each seed has its own mixture: some faults show only where others are absent.
Faults::Faults(std::uint64_t seed, std::set<std::size_t> spared, History& history)
    : seed_(seed), spared_(std::move(spared)), history_(history), one_in_{} {
  Random random(mixed(seed, "mixture of faults"));
  for (std::size_t fault = 0; fault < kFaults; ++fault) {
    const std::size_t choice = random.below(3);
    if (choice > 0) one_in_[fault] = kOften[fault] * (choice == 1 ? 1 : kSeldom);
  }
}

bool Faults::strike(Fault fault, std::string_view node) {
  const std::size_t one_in = one_in_[static_cast<std::size_t>(fault)];
  if (over_ || one_in == 0) return false;
  const std::size_t number = chances_++;
  if (!Random(mixed(seed_, number)).one_in(one_in) || spared_.contains(number)) return false;
  struck_.push_back(number);
  history_.add("{}: {}", node, fault_name(fault));
  return true;
}

}  // namespace mogura::sim
