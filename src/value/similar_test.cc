#include "value/similar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace mogura::value {
namespace {

TEST(Similar, CountsEdits) {
  EXPECT_EQ(edit_distance(U"", U""), 0u);
  EXPECT_EQ(edit_distance(U"", U"abc"), 3u);
  EXPECT_EQ(edit_distance(U"abc", U""), 3u);
  EXPECT_EQ(edit_distance(U"strat", U"start"), 2u);
  EXPECT_EQ(edit_distance(U"kitten", U"sitting"), 3u);
  EXPECT_EQ(edit_distance(U"sitting", U"kitten"), 3u);
}

TEST(Similar, OffersNamesWithinHalfTheirLength) {
  constexpr std::array<std::string_view, 4> kNames = {"_parallel", "_error", "_export", "_after"};
  EXPECT_THAT(similar_names("_expor", kNames), testing::ElementsAre("_error", "_export"));
  EXPECT_THAT(similar_names("parallel", kNames), testing::ElementsAre("_parallel"));
  EXPECT_THAT(similar_names("_do", kNames), testing::IsEmpty());
  EXPECT_THAT(similar_names("", kNames), testing::IsEmpty());
  EXPECT_THAT(similar_names(std::string(1'000'000, 'x'), kNames), testing::IsEmpty());
}

TEST(Similar, CountsCharactersNotBytes) {
  constexpr std::array<std::string_view, 2> kNames = {"キーワー", "キーワ"};
  EXPECT_THAT(similar_names("キーワ値", kNames), testing::ElementsAre("キーワー", "キーワ"));
  EXPECT_THAT(similar_names("キ値", kNames), testing::IsEmpty());
}

}  // namespace
}  // namespace mogura::value
