#include "net/http_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mogura::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(HttpTarget, PlusIsAPlusInThePathAndABlankInTheQuery) {
  const RequestTarget target = parse_target("/api/logs/5/files/+w%2Fa?task=%2Bw+a&x");
  EXPECT_EQ(target.path, "/api/logs/5/files/+w%2Fa");
  EXPECT_THAT(target.segments, ElementsAre("api", "logs", "5", "files", "+w/a"));
  EXPECT_THAT(target.query, ElementsAre(Pair("task", "+w a"), Pair("x", "")));
}

TEST(HttpTarget, TakesAnyText) {
  EXPECT_THAT(parse_target("/").segments, ElementsAre(""));
  EXPECT_THAT(parse_target("").segments, ElementsAre(""));
  EXPECT_THAT(parse_target("*").segments, ElementsAre("*"));
  EXPECT_THAT(parse_target("/a//b/").segments, ElementsAre("a", "", "b", ""));
  EXPECT_THAT(parse_target("/%zz%4").segments, ElementsAre("%zz%4"));
  EXPECT_THAT(parse_target("/a?&=v&&n=1=2&%6e=3#f").query,
              ElementsAre(Pair("", "v"), Pair("n", "1=2"), Pair("n", "3")));
  EXPECT_THAT(parse_target("/a?").query, IsEmpty());
}

TEST(HttpTarget, TheWholeAddressIsTakenToo) {
  EXPECT_EQ(parse_target("http://host:1/a?b=c").path, "/a");
  EXPECT_EQ(parse_target("http://host?b=c").query.front().second, "c");
  EXPECT_EQ(parse_target("http://host").path, "/");
}

TEST(HttpTarget, TheFirstValueOfAParameterCounts) {
  EXPECT_EQ(query_value(parse_target("/?a=1&a=2").query, "a"), "1");
  EXPECT_EQ(query_value(parse_target("/?a=1").query, "b"), std::nullopt);
}

}  // namespace
}  // namespace mogura::net
