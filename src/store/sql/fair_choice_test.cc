#include "store/sql/fair_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mogura::store::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SiteId kSite{0};
constexpr SiteId kOtherSite{1};
constexpr ProjectId kLarge{1};
constexpr ProjectId kSmall{2};
constexpr ProjectId kElsewhere{3};

// A project that queued four tasks, and two others that queued one each after it.
std::vector<WaitingEntry> waiting() {
  std::vector<WaitingEntry> entries;
  for (std::int64_t id = 1; id <= 4; ++id) entries.push_back({{id}, kSite, kLarge});
  entries.push_back({{5}, kSite, kSmall});
  entries.push_back({{6}, kOtherSite, kElsewhere});
  return entries;
}

TEST(FairChoice, GivesEachProjectItsTurn) {
  EXPECT_THAT(choose_fairly(waiting(), {}, {}, 3), ElementsAre(EntryId{1}, EntryId{5}, EntryId{6}));
  EXPECT_THAT(choose_fairly(waiting(), {}, {}, 4),
              ElementsAre(EntryId{1}, EntryId{2}, EntryId{5}, EntryId{6}));
}

TEST(FairChoice, CountsWhatRunsAlready) {
  const ClaimedCount claimed[] = {{kSite, kSmall, 2}};
  EXPECT_THAT(choose_fairly(waiting(), claimed, {}, 3),
              ElementsAre(EntryId{1}, EntryId{2}, EntryId{6}));
}

TEST(FairChoice, KeepsTheLimitOfEachSite) {
  const ClaimedCount claimed[] = {{kSite, kLarge, 1}};
  EXPECT_THAT(choose_fairly(waiting(), claimed, {.per_site = 2}, 10),
              ElementsAre(EntryId{5}, EntryId{6}));
  EXPECT_THAT(choose_fairly(waiting(), claimed, {.per_site = 1}, 10), ElementsAre(EntryId{6}));
}

TEST(FairChoice, KeepsTheLimitOfEachProject) {
  const ClaimedCount claimed[] = {{kSite, kLarge, 1}, {kSite, kSmall, 2}};
  EXPECT_THAT(choose_fairly(waiting(), claimed, {.per_project = 2}, 10),
              ElementsAre(EntryId{1}, EntryId{6}));
}

TEST(FairChoice, ChoosesNothingWhereThereIsNoRoom) {
  EXPECT_THAT(choose_fairly(waiting(), {}, {}, 0), IsEmpty());
  EXPECT_THAT(choose_fairly({}, {}, {}, 5), IsEmpty());
}

}  // namespace
}  // namespace mogura::store::sql
