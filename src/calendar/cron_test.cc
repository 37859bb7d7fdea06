#include "calendar/cron.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace mogura::calendar {
namespace {

std::string refusal(std::string_view pattern) {
  try {
    CronPattern::parse(pattern);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "invalid pattern");
    return error.message();
  }
  return "accepted";
}

// The next `count` matches as local times without year and seconds.
std::string matches_after(std::string_view pattern, std::string_view zone_id,
                          std::string_view after, int count) {
  const TimeZone zone = *TimeZone::find(zone_id);
  Instant time = *parse_instant(after);
  const CronPattern cron = CronPattern::parse(pattern);
  std::string text;
  for (int i = 0; i < count; ++i) {
    time = cron.next_after(time, zone);
    text += (i == 0 ? "" : ", ") + iso_time(time, zone).substr(5, 11);
  }
  return text;
}

struct CronCase {
  const char* pattern;
  const char* matches;
};

// From Tuesday, 2030-01-01T00:00:00Z.
const CronCase kCronCases[] = {
    {"* * * * *", "01-01T00:01, 01-01T00:02, 01-01T00:03"},
    {"*/20 * * * *", "01-01T00:20, 01-01T00:40, 01-01T01:00"},
    {"*/45 * * * *", "01-01T00:45, 01-01T01:00, 01-01T01:45"},
    {"*/99 * * * *", "01-01T01:00, 01-01T02:00, 01-01T03:00"},
    {"5/15 * * * *", "01-01T00:05, 01-01T01:05, 01-01T02:05"},
    {"10-40/15 * * * *", "01-01T00:10, 01-01T00:25, 01-01T00:40"},
    {"55-5/5 * * * *", "01-01T00:05, 01-01T00:55, 01-01T01:00"},
    {"0 22-2/2 * * *", "01-01T02:00, 01-01T22:00, 01-02T00:00"},
    {"+5 * * * *", "01-01T00:05, 01-01T01:05, 01-01T02:05"},
    {"-5 * * * *", "01-01T00:05, 01-01T01:05, 01-01T02:05"},
    {"1--3 * * * *", "01-01T00:01, 01-01T00:02, 01-01T00:03"},
    {",,7,9, * * * *", "01-01T00:07, 01-01T00:09, 01-01T01:07"},
    {" \t0\t12  * * * ", "01-01T12:00, 01-02T12:00, 01-03T12:00"},
    {"0 0 * * 1-5", "01-02T00:00, 01-03T00:00, 01-04T00:00"},
    {"0 0 * * fri-mon", "01-04T00:00, 01-05T00:00, 01-06T00:00"},
    {"0 0 * * FRI-Mon/2", "01-04T00:00, 01-06T00:00, 01-11T00:00"},
    {"0 0 * * 0", "01-06T00:00, 01-13T00:00, 01-20T00:00"},
    {"0 0 * * 7", "01-06T00:00, 01-13T00:00, 01-20T00:00"},
    {"0 0 * * 6-7", "01-05T00:00, 01-06T00:00, 01-12T00:00"},
    {"0 0 * * 7-1", "01-06T00:00, 01-07T00:00, 01-13T00:00"},
    {"0 0 * * 0-7", "01-02T00:00, 01-03T00:00, 01-04T00:00"},
    {"0 0 13 * 5", "09-13T00:00, 12-13T00:00, 06-13T00:00"},
    {"0 0 L * *", "01-31T00:00, 02-28T00:00, 03-31T00:00"},
    {"0 0 l * mon", "09-30T00:00, 03-31T00:00, 06-30T00:00"},
    {"0 0 1,L * *", "01-31T00:00, 02-01T00:00, 02-28T00:00"},
    {"0 0 30-L * *", "01-30T00:00, 01-31T00:00, 02-28T00:00"},
    {"0 0 29 feb *", "02-29T00:00, 02-29T00:00, 02-29T00:00"},
    {"0 0 31 * *", "01-31T00:00, 03-31T00:00, 05-31T00:00"},
    {"0 0 1 JAN,jul *", "07-01T00:00, 01-01T00:00, 07-01T00:00"},
    {"0 0 1 nov-feb/3 *", "02-01T00:00, 11-01T00:00, 02-01T00:00"},
    {"0 5 * * *|0 20 * * *", "01-01T05:00, 01-01T20:00, 01-02T05:00"},
    {"|0 5 * * *||", "01-01T05:00, 01-02T05:00, 01-03T05:00"},
};

TEST(Cron, MatchesItsDialect) {
  for (const CronCase& row : kCronCases) {
    EXPECT_EQ(matches_after(row.pattern, "UTC", "2030-01-01T00:00:00Z", 3), row.matches)
        << row.pattern;
  }
}

TEST(Cron, FindsRareDates) {
  const CronPattern pattern = CronPattern::parse("0 0 29 2 1");
  const Instant match = pattern.next_after(*parse_instant("2072-03-01T00:00:00Z"), TimeZone::utc());
  // 2100 is no leap year, so that the wait is 40 years.
  EXPECT_EQ(utc_iso(match), "2112-02-29T00:00:00Z");
}

TEST(Cron, RefusesWhatIsNoPattern) {
  EXPECT_EQ(refusal("every day"), "invalid pattern: \"every day\"");
  EXPECT_EQ(refusal(""), "invalid pattern: \"\"");
  EXPECT_EQ(refusal("|"), "invalid pattern: \"|\"");
  EXPECT_EQ(refusal("0 0 * * *|0 1 * *"), "invalid pattern: \"0 1 * *\"");
  EXPECT_EQ(refusal("61 * * * *"),
            "invalid pattern \"61 * * * *\". Error parsing minutes field: invalid field \"61\", "
            "invalid element \"61\", invalid value \"61\", value out of range.");
  EXPECT_EQ(refusal("*/0 * * * *"),
            "invalid pattern \"*/0 * * * *\". Error parsing minutes field: invalid field \"*/0\", "
            "invalid element \"*/0\", non positive divisor \"0\".");
  for (const char* pattern :
       {"@daily",        "* * *",       "* * * * * *",  "60 * * * *",          "* 24 * * *",
        "* * 0 * *",     "* * 32 * *",  "* * * 0 *",    "* * * 13 *",          "* * * * 8",
        "* * * * 1L",    "* * ? * *",   "* * W * *",    "* * * * 1#2",         "* * * * sunday",
        "jan * * * *",   "* * * sun *", "L * * * *",    "a-b * * * *",         "1-2-3 * * * *",
        "1/2/3 * * * *", "*/x * * * *", "*/-1 * * * *", "*/ * * * * x",        ", * * * *",
        "/ * * * *",     "- * * * *",   "1.5 * * * *",  "99999999999 * * * *", "* * * * \xFF",
        "+-1 * * * *"}) {
    EXPECT_TRUE(refusal(pattern).starts_with("invalid pattern")) << pattern << refusal(pattern);
  }
}

TEST(Cron, RefusesWhatNeverMatches) {
  for (const char* pattern :
       {"0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30,31 feb 1", "0 0 1 * *|0 0 30 2 *"}) {
    EXPECT_TRUE(refusal(pattern).ends_with("never matches")) << pattern;
  }
  for (const char* pattern : {"0 0 29 2 *", "0 0 31 1-2 *", "0 0 30,L 2 *", "0 0 29 2 0"}) {
    EXPECT_EQ(refusal(pattern), "accepted") << pattern;
  }
}

// The table of execution.md §14.3.
TEST(Cron, CrossesDaylightSavingChanges) {
  const char* kLosAngeles = "America/Los_Angeles";
  const char* kSpring = "2016-03-13T08:00:00Z";  // 00:00 PST
  const char* kAutumn = "2016-11-06T06:59:00Z";  // 23:59 PDT the day before

  EXPECT_EQ(matches_after("30 2 * * *", kLosAngeles, kSpring, 2), "03-13T03:30, 03-14T02:30");
  EXPECT_EQ(matches_after("0 * * * *", kLosAngeles, kSpring, 3),
            "03-13T01:00, 03-13T03:00, 03-13T04:00");
  EXPECT_EQ(matches_after("*/30 * * * *", kLosAngeles, "2016-03-13T09:00:00Z", 3),
            "03-13T01:30, 03-13T03:00, 03-13T03:30");
  EXPECT_EQ(matches_after("* * * * *", kLosAngeles, "2016-03-13T09:58:00Z", 3),
            "03-13T01:59, 03-13T03:00, 03-13T03:01");
  EXPECT_EQ(matches_after("0 0 * * *", "America/Sao_Paulo", "2017-10-14T12:00:00Z", 2),
            "10-15T01:00, 10-16T00:00");

  const auto utc_matches = [&](std::string_view pattern, std::string_view after, int count) {
    const TimeZone zone = *TimeZone::find(kLosAngeles);
    const CronPattern cron = CronPattern::parse(pattern);
    Instant time = *parse_instant(after);
    std::string text;
    for (int i = 0; i < count; ++i) {
      time = cron.next_after(time, zone);
      text += (i == 0 ? "" : ", ") + utc_iso(time).substr(11, 5);
    }
    return text;
  };
  EXPECT_EQ(utc_matches("30 1 * * *", kAutumn, 1), "09:30");
  EXPECT_EQ(utc_matches("0 * * * *", kAutumn, 3), "07:00, 09:00, 10:00");
  EXPECT_EQ(utc_matches("*/30 * * * *", kAutumn, 5), "07:00, 07:30, 09:00, 09:30, 10:00");
  EXPECT_EQ(utc_matches("* * * * *", "2016-11-06T08:58:00Z", 3), "08:59, 09:00, 09:01");
  EXPECT_EQ(utc_matches("*/1 * * * *", "2016-11-06T07:59:00Z", 2), "08:00, 08:01");
}

TEST(Cron, IgnoresSecondsOfTheStart) {
  EXPECT_EQ(matches_after("* * * * *", "UTC", "2030-01-01T00:00:59.999Z", 1), "01-01T00:01");
  EXPECT_EQ(matches_after("0 0 1 1 *", "UTC", "1969-12-31T23:59:30Z", 1), "01-01T00:00");
}

}  // namespace
}  // namespace mogura::calendar
