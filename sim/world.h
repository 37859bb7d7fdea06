// What all parts of a simulated cluster share: time, chance, the store, what is known to be true.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>

#include "sim/faults.h"
#include "sim/history.h"
#include "sim/ledger.h"
#include "sim/random.h"
#include "sim/timeline.h"
#include "store/memory_store.h"

namespace mogura::sim {

struct World {
  World(std::uint64_t given_seed, std::set<std::size_t> spared_faults, bool recording)
      : seed(given_seed),
        history(timeline, recording),
        random(mixed(seed, "world")),
        faults(seed, std::move(spared_faults), history),
        ledger(store, timeline) {}

  Duration between(Duration least, Duration most) {
    const auto span = static_cast<std::size_t>((most - least).count());
    return least + Duration(static_cast<std::int64_t>(random.below(span + 1)));
  }
  /// A message to another process: late, twice or never, if the seed wants it.
  void send(std::string_view what, const std::function<void()>& deliver);

  const std::uint64_t seed;
  Timeline timeline;
  History history;
  Random random;
  Faults faults;
  store::MemoryStore store;
  Ledger ledger;
};

}  // namespace mogura::sim
