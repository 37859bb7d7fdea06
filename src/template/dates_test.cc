#include "template/dates.h"

#include <gmock/gmock.h>

#include <cmath>

#include "template/template.h"

namespace mogura::tmpl {
namespace {

using calendar::TimeZone;

std::string dated(const char* zone, const std::string& expression,
                  const char* session_time = "2024-07-01T03:00:00+09:00") {
  static const Evaluator evaluator;
  return evaluator.evaluate("${" + expression + "}",
                            {{"timezone", zone}, {"session_time", session_time}});
}

TEST(Dates, AreInTheZoneOfTheWorkflow) {
  EXPECT_EQ(dated("Asia/Tokyo", "'' + new Date(session_time)"),
            "Mon Jul 01 2024 03:00:00 GMT+0900 (JST)");
  EXPECT_EQ(dated("Asia/Tokyo", "new Date(session_time).toDateString()"), "Mon Jul 01 2024");
  EXPECT_EQ(dated("Asia/Tokyo", "new Date(session_time).toTimeString()"),
            "03:00:00 GMT+0900 (JST)");
  EXPECT_EQ(dated("Asia/Tokyo", "new Date(session_time).toUTCString()"),
            "Sun, 30 Jun 2024 18:00:00 GMT");
  EXPECT_EQ(dated("Asia/Tokyo", "new Date(session_time).getTimezoneOffset()"), "-540");
  EXPECT_EQ(dated("Asia/Tokyo", "new Date(2024, 0, 15)"), "\"2024-01-14T15:00:00.000Z\"");
  EXPECT_EQ(dated("America/Los_Angeles", "'' + new Date(-1e14)"),
            "Thu Feb 15 -1199 06:20:22 GMT-0752 (LMT)");
  EXPECT_EQ(dated("UTC", "'' + new Date(NaN) + new Date(8.64e15 + 1).getTime()"),
            "Invalid DateNaN");
  EXPECT_EQ(dated("UTC", "new Date(8.64e15).getFullYear() + new Date(-8.64e15).getFullYear()"),
            "3939");
  EXPECT_EQ(dated("Nowhere/None", "new Date(0).getHours()"), "0");
}

TEST(Dates, ResolveGapsAndOverlapsAsTheStandardSays) {
  struct Row {
    const char* zone;
    const char* local;
    const char* utc;
  };
  const Row rows[] = {{"America/Los_Angeles", "2016, 2, 13, 2, 30", "2016-03-13T10:30:00.000Z"},
                      {"America/Los_Angeles", "2016, 2, 13, 1, 59", "2016-03-13T09:59:00.000Z"},
                      {"America/Los_Angeles", "2016, 2, 13, 3, 0", "2016-03-13T10:00:00.000Z"},
                      {"America/Los_Angeles", "2016, 10, 6, 1, 30", "2016-11-06T08:30:00.000Z"},
                      {"Europe/Berlin", "2024, 2, 31, 2, 30", "2024-03-31T01:30:00.000Z"},
                      {"Europe/Berlin", "2024, 9, 27, 2, 30", "2024-10-27T00:30:00.000Z"},
                      {"Asia/Tokyo", "2024, 9, 27, 2, 30", "2024-10-26T17:30:00.000Z"},
                      {"+05:30", "2024, 0, 1", "2023-12-31T18:30:00.000Z"}};
  for (const Row& row : rows) {
    EXPECT_EQ(dated(row.zone, "new Date(" + std::string(row.local) + ").toISOString()"), row.utc)
        << row.zone << " " << row.local;
  }
}

TEST(Dates, ParseAsBrowsersDo) {
  const TimeZone zone = TimeZone::find("Asia/Tokyo").value();
  struct Row {
    const char* text;
    double utc_ms;
  };
  const double march5 = 1709596800000;  // 2024-03-05T00:00:00Z
  const double nine_hours = 9 * 3600 * 1000;
  const double hour = 3600 * 1000;
  const Row rows[] = {{"2024-03-05", march5},
                      {"2024-03", march5 - 4 * 86400000.0},
                      {"2024-03-05T00:00Z", march5},
                      {"2024-03-05T00:00:00", march5 - nine_hours},
                      {"2024-03-05T24:00:00Z", march5 + 24 * hour},
                      {"2024-03-05T00:00:00.1239Z", march5 + 123},
                      {"2024-03-05T09:00:00+09:00", march5},
                      {"2024-03-05T09:00:00+0900", march5},
                      {"+002024-03-05", march5},
                      {"-000001-01-01T00:00:00Z", -62198755200000},
                      {"2024/03/05", march5 - nine_hours},
                      {"3/5/2024", march5 - nine_hours},
                      {"2024-03-05 09:00:00", march5},
                      {"2024-03-05 09:00:00 +0900", march5},
                      {"Mar 5, 2024", march5 - nine_hours},
                      {"5 March 2024", march5 - nine_hours},
                      {"March 5, 2024 10:00 PM", march5 + 13 * hour},
                      {"Mar 5, 24 12:00 am GMT", march5},
                      {"Tue, 05 Mar 2024 00:00:00 GMT", march5},
                      {"Tue Mar 05 2024 09:00:00 GMT+0900 (JST)", march5},
                      {"  2024-03-05 ", march5}};
  for (const Row& row : rows) EXPECT_EQ(parse_date(row.text, zone), row.utc_ms) << row.text;
  for (const char* text :
       {"", "x", "today", "2024-13-05", "2024-03-32", "2024-03-05T25:00", "12:00", "2024-03-05T",
        "2024-03-05T00:00:60Z", "Mar", "Mar 5", "99999999999999", "(", "1 2 3 4",
        "13:00 pm Mar 5 2024", "\xff\xfe", "-5", "2024-03-05T00:00+99:00"}) {
    EXPECT_TRUE(std::isnan(parse_date(text, zone))) << text;
  }
}

TEST(Dates, AndMomentAgreeOnTheZone) {
  EXPECT_EQ(dated("UTC", "moment(session_time).format('YYYY/MM/DD')", "2016-03-13T10:00:00+00:00"),
            "2016/03/13");
  EXPECT_EQ(dated("America/Los_Angeles", "moment(session_time).add(-1, 'days').format()",
                  "2016-03-13T03:00:00-07:00"),
            "2016-03-12T03:00:00-08:00");
  EXPECT_EQ(dated("UTC", "moment(session_time).format()"), "2024-06-30T18:00:00+00:00");
  EXPECT_EQ(dated("UTC", "moment(session_time).utc().format()"), "2024-06-30T18:00:00Z");
  EXPECT_EQ(dated("UTC", "moment(session_time).format('LLL')", "2016-03-13T10:00:00+00:00"),
            "March 13, 2016 10:00 AM");
  EXPECT_EQ(dated("UTC", "moment('nonsense').format()"), "Invalid date");
  EXPECT_EQ(
      dated("UTC", "moment('2024-03-05').from('2024-03-01') + moment.locale() + moment.version"),
      "in 4 daysen2.21.0");
}

// What docs/compatibility.md says of moment's release.
TEST(Dates, AreReadAndWrittenAsMomentsNewReleaseDoes) {
  const struct {
    const char* expression;
    const char* text;
  } cases[] = {
      {"moment('2019').format()", "2019-01-01T00:00:00+09:00"},
      {"moment('201903').format()", "2019-03-01T00:00:00+09:00"},
      {"moment('2024-02-29').diff('2024-01-31', 'months')", "1"},
      {"moment('2024-01-31').add(1.5, 'months').format('YYYY-MM-DD')", "2024-03-31"},
      {"moment('2024-05-15').add(1, 'isoWeeks').format('YYYY-MM-DD')", "2024-05-22"},
      {"moment('2024-05-15').format('N y yo yyyy-MM')", "AD 2024 2024th 2024-05"},
      {"moment('2024-12-30').format(moment.HTML5_FMT.WEEK)", "2025-W01"},
      {"moment.duration('2', 'days').asDays()", "2"},
      {"moment.duration(10, 'days').humanize({d: 7, w: 4})", "a week"},
      {"moment.duration(1, 'days').humanize(true) + Object.assign", "in a dayundefined"},
      {"moment('2024-05-15').month(NaN).isValid()", "false"},
      {"moment('1880-01-01').format()", "1880-01-01T00:00:00+09:18"},
      {"moment('2024-05-15').calendar({sameElse: '[x]'})", "x"},
  };
  for (const auto& [expression, text] : cases) {
    EXPECT_EQ(dated("Asia/Tokyo", expression), text) << expression;
  }
}

}  // namespace
}  // namespace mogura::tmpl
