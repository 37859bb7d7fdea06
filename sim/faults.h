// What goes wrong, decided by the seed.
//
// Every chance for a fault has a number, in the order of the run; whether it strikes depends on the
// seed and that number alone. A replay can spare some of them to find those that matter.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "sim/history.h"
#include "sim/random.h"

namespace mogura::sim {

enum class Fault : std::uint8_t {
  store_fails,   // a statement fails
  answer_lost,   // a statement succeeds, who sent it hears of an error
  crash,         // the process ends, before or after a statement
  cut_off,       // the store is out of a process's reach for a while
  message_lost,  // between agents and executors
  message_late,
  message_twice,
  slow,  // a process does nothing for a moment
  clock_jumps,
};
inline constexpr std::size_t kFaults = 9;
std::string_view fault_name(Fault fault);

class Faults {
 public:
  Faults(std::uint64_t seed, std::set<std::size_t> spared, History& history);

  /// Whether `fault` happens to `node` now.
  bool strike(Fault fault, std::string_view node);
  /// From here on nothing goes wrong.
  void end() { over_ = true; }
  bool over() const { return over_; }
  /// The numbers of the faults so far.
  const std::vector<std::size_t>& struck() const { return struck_; }

 private:
  const std::uint64_t seed_;
  const std::set<std::size_t> spared_;
  History& history_;
  std::array<std::size_t, kFaults> one_in_;  // 0: never
  std::size_t chances_ = 0;
  std::vector<std::size_t> struck_;
  bool over_ = false;
};

}  // namespace mogura::sim
