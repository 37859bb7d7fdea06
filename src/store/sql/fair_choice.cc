#include "store/sql/fair_choice.h"

#include <algorithm>
#include <limits>
#include <map>

namespace mogura::store::sql {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

struct Ranked {
  std::int64_t rank;  // how many tasks of the project run when this one does
  const WaitingEntry* entry;
};

}  // namespace

std::vector<EntryId> choose_fairly(std::vector<WaitingEntry> waiting,
                                   std::span<const ClaimedCount> claimed, const QueueLimits& limits,
                                   std::size_t max) {
  std::map<ProjectId, std::int64_t> in_project;
  std::map<SiteId, std::int64_t> in_site;
  for (const ClaimedCount& count : claimed) {
    in_project[count.project] += count.claimed;
    in_site[count.site] += count.claimed;
  }
  std::ranges::sort(waiting, {}, &WaitingEntry::entry);
  std::vector<Ranked> ranked;
  for (const WaitingEntry& entry : waiting) ranked.push_back({++in_project[entry.project], &entry});
  std::ranges::stable_sort(ranked, {}, &Ranked::rank);

  std::vector<EntryId> chosen;
  for (const auto& [rank, entry] : ranked) {
    if (chosen.size() == max || rank > limits.per_project.value_or(kNoLimit)) break;
    std::int64_t& running = in_site[entry->site];
    if (running >= limits.per_site.value_or(kNoLimit)) continue;
    ++running;
    chosen.push_back(entry->entry);
  }
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace mogura::store::sql
