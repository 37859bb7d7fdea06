#include "calendar/duration.h"

#include <gtest/gtest.h>

namespace mogura::calendar {
namespace {

using std::chrono::seconds;

TEST(Duration, ReadsAndPrints) {
  const struct {
    const char* text;
    int duration;
    const char* shown;
  } kCases[] = {
      {"5m", 300, "5m"},          {"1h30m", 5400, "1h 30m"},
      {"1h 30m", 5400, "1h 30m"}, {" 1 h\t30  m ", 5400, "1h 30m"},
      {"1D 2H", 93600, "1d 2h"},  {"1d 2h 3m 4s", 93784, "1d 2h 3m 4s"},
      {"90s", 90, "1m 30s"},      {"48h", 172800, "2d"},
      {"007s", 7, "7s"},
  };
  for (const auto& row : kCases) {
    EXPECT_EQ(parse_duration(row.text), seconds(row.duration)) << row.text;
    EXPECT_EQ(duration_text(seconds(row.duration)), row.shown);
  }
  EXPECT_EQ(parse_duration("0s"), seconds(0));
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text :
       {"90", "", " ", "1.5h", "500ms", "30m1h", "5 minutes", "1h1h", "-5m", "+5m", "m", "h5", "5x",
        "5m x", "99999999999s", "4000000000d", "5m\xFF"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, ElapsedTimeNeverRollsIntoDays) {
  EXPECT_EQ(elapsed_text(seconds(0)), "0s");
  EXPECT_EQ(elapsed_text(seconds(59)), "59s");
  EXPECT_EQ(elapsed_text(seconds(60)), "1m 0s");
  EXPECT_EQ(elapsed_text(seconds(3600)), "1h 0m 0s");
  EXPECT_EQ(elapsed_text(seconds(100 * 3600 + 61)), "100h 1m 1s");
}

}  // namespace
}  // namespace mogura::calendar
