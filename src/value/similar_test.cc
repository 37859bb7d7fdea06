#include "value/similar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace mogura::value {
namespace {

TEST(Similar, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("strat", "start"), 2u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("sitting", "kitten"), 3u);
}

TEST(Similar, OffersNamesWithinHalfTheirLength) {
  constexpr std::array<std::string_view, 4> kNames = {"_parallel", "_error", "_export", "_after"};
  EXPECT_THAT(similar_names("_expor", kNames), testing::ElementsAre("_error", "_export"));
  EXPECT_THAT(similar_names("parallel", kNames), testing::ElementsAre("_parallel"));
  EXPECT_THAT(similar_names("_do", kNames), testing::IsEmpty());
  EXPECT_THAT(similar_names(std::string(1'000'000, 'x'), kNames), testing::IsEmpty());
}

}  // namespace
}  // namespace mogura::value
