#include <gtest/gtest.h>

#include "calendar/time_zone.h"

namespace mogura::calendar {
namespace {

constexpr const char* kRefused = "";

struct ParseCase {
  const char* text;
  const char* result;  // of utc_iso; kRefused where the text is none
};

template <class Parse, std::size_t N>
void expect_parsed(Parse parse, const ParseCase (&cases)[N]) {
  for (const ParseCase& row : cases) {
    const auto parsed = parse(row.text);
    std::string shown = kRefused;
    if (parsed) shown = utc_iso(*parsed);
    EXPECT_EQ(shown, row.result) << "'" << row.text << "'";
  }
}

std::optional<Instant> in_utc(std::optional<LocalTime> local) {
  if (!local) return std::nullopt;
  return TimeZone::utc().to_instant(*local);
}

TEST(TimeParser, IsoTimeHasOneForm) {
  const ParseCase kCases[] = {
      {"2016-01-01T00:00:00+00:00", "2016-01-01T00:00:00Z"},
      {"2016-01-01T00:00:00-00:00", "2016-01-01T00:00:00Z"},
      {"2016-01-01T09:00:05+09:00", "2016-01-01T00:00:05Z"},
      {"2016-02-30T00:00:00+09:00", "2016-02-28T15:00:00Z"},
      {"2016-01-01T24:00:00+00:00", "2016-01-02T00:00:00Z"},
      {"2016-01-01T00:00:00+18:00", "2015-12-31T06:00:00Z"},
      {"0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00Z"},
      {"0000-01-01T00:00:00+00:00", kRefused},
      {"2016-01-01T00:00:00Z", kRefused},
      {"2016-01-01T00:00:00+0900", kRefused},
      {"2016-01-01T00:00:00+09", kRefused},
      {"2016-01-01T00:00:00+09:60", kRefused},
      {"2016-01-01T00:00:00+18:01", kRefused},
      {"2016-01-01T00:00:00+09:00:00", kRefused},
      {"2016-01-01T00:00:00+09:00 ", kRefused},
      {"2016-01-01T00:00:00.5+09:00", kRefused},
      {"2016-01-01t00:00:00+09:00", kRefused},
      {"2016-01-01T24:00:01+00:00", kRefused},
      {"2016-01-01T00:00:60+00:00", kRefused},
      {"2016-02-32T00:00:00+09:00", kRefused},
      {"", kRefused},
  };
  expect_parsed(parse_iso_time, kCases);
}

TEST(TimeParser, InstantsCarryAnOffset) {
  const ParseCase kCases[] = {
      {"2016-01-01T00:00:00+00:00", "2016-01-01T00:00:00Z"},
      {"2016-01-01T00:00:00Z", "2016-01-01T00:00:00Z"},
      {"2016-01-01t00:00:00z", "2016-01-01T00:00:00Z"},
      {"2016-01-01T00:00Z", "2016-01-01T00:00:00Z"},
      {"2016-01-01T00:00:00.Z", "2016-01-01T00:00:00Z"},
      {"2016-01-01T00:00:00.5Z", "2016-01-01T00:00:00.500Z"},
      {"2024-08-27T01:02:03.123456789Z", "2024-08-27T01:02:03.123456Z"},
      {"2016-01-01T00:00:00+09", "2015-12-31T15:00:00Z"},
      {"2016-01-01T00:00:00+09:00:30", "2015-12-31T14:59:30Z"},
      {"2016-01-01T00:00:00.1234567891Z", kRefused},
      {"2016-01-01T00:00:00", kRefused},
      {"2016-01-01 00:00:00Z", kRefused},
      {"2016-01-01T00Z", kRefused},
      {"2016-01-01T00:00:00,5Z", kRefused},
      {"2016-01-01T00:00:00+0900", kRefused},
      {"2016-01-01T00:00:00+9", kRefused},
      {"2016-01-01T00:00:00+18:30", kRefused},
      {"2016-02-30T00:00:00Z", kRefused},
      {"2016-13-01T00:00:00Z", kRefused},
      {"2016-01-01T24:00:00Z", kRefused},
      {"2016-1-1T00:00:00Z", kRefused},
      {"2016-01-01T00:00:00+09:00[Asia/Tokyo]", kRefused},
      {"1451606400", kRefused},
      {"", kRefused},
  };
  expect_parsed(parse_instant, kCases);
}

TEST(TimeParser, InstantsMayNameTheirZone) {
  const ParseCase kCases[] = {
      {"2016-01-01T00:00:00+09:00[Asia/Tokyo]", "2015-12-31T15:00:00Z"},
      {"2016-01-01T00:00:00Z", "2016-01-01T00:00:00Z"},
      {"2016-01-01T00:00:00+09:00[Mars/Olympus]", kRefused},
      {"2016-01-01T00:00:00+09:00[Asia/Tokyo", kRefused},
      {"2016-01-01T00:00:00[Asia/Tokyo]", kRefused},
      {"2016-01-01T00:00:00Z[", kRefused},
  };
  expect_parsed(parse_zoned_instant, kCases);
}

TEST(TimeParser, IsoLocalTimes) {
  const ParseCase kCases[] = {
      {"2016-02-03T20:05", "2016-02-03T20:05:00Z"},
      {"2016-02-03T20:05:06", "2016-02-03T20:05:06Z"},
      {"2016-02-03T20:05:06.789", "2016-02-03T20:05:06Z"},
      {"2016-02-03T20:05:06Z", kRefused},
      {"2016-02-03", kRefused},
      {"yesterday", kRefused},
  };
  expect_parsed([](auto text) { return in_utc(parse_iso_local_time(text)); }, kCases);
}

TEST(TimeParser, CompactTimesNameDirectories) {
  const ParseCase kCases[] = {
      {"20160101T000000+0900", "2015-12-31T15:00:00Z"},
      {"20160101T000000-0000", "2016-01-01T00:00:00Z"},
      {"20160230T000000+0900", "2016-02-28T15:00:00Z"},
      {"20160101T240000+0900", "2016-01-01T15:00:00Z"},
      {"20160101T000000Z", kRefused},
      {"20160101T000000+09:00", kRefused},
      {"20160101T000000", kRefused},
      {"00000101T000000+0000", kRefused},
      {"2016-01-01T000000+0000", kRefused},
  };
  expect_parsed(parse_compact_time, kCases);
}

// cli.md §9.2.
TEST(TimeParser, LocalTimesOnTheCommandLine) {
  const ParseCase kCases[] = {
      {"2016-01-01", "2016-01-01T00:00:00Z"},
      {"2016-01-01 12:34:56", "2016-01-01T12:34:56Z"},
      {"2016-02-30", "2016-02-29T00:00:00Z"},
      {"2015-02-31", "2015-02-28T00:00:00Z"},
      {"2016-04-31 24:00:00", "2016-05-01T00:00:00Z"},
      {"2016-12-31 24:00:00", "2017-01-01T00:00:00Z"},
      {"2016-02-32", kRefused},
      {"2016-02-00", kRefused},
      {"2016-13-01", kRefused},
      {"0000-01-01", kRefused},
      {"2016-1-1", kRefused},
      {"2016-01-01T00:00:00", kRefused},
      {"2016-01-01 00:00", kRefused},
      {"2016-01-01  00:00:00", kRefused},
      {"2016-01-01 24:00:01", kRefused},
      {"2016-01-01 24:01:00", kRefused},
      {"2016-01-01 25:00:00", kRefused},
      {"2016-01-01 00:60:00", kRefused},
      {"2016-01-01 00:00:60", kRefused},
      {"2016-01-01 00:00:00.5", kRefused},
      {"2016-01-01 00:00:00 +0900", kRefused},
      {"2016-01-01 00:00:00Z", kRefused},
      {"12016-01-01", kRefused},
      {" 2016-01-01", kRefused},
      {"2016-01-01 ", kRefused},
      {"\xFF\xFF\xFF\xFF-01-01", kRefused},
  };
  expect_parsed([](auto text) { return in_utc(parse_local_time(text)); }, kCases);
}

TEST(TimeParser, InstantsOnTheCommandLine) {
  const ParseCase kCases[] = {
      {"2016-01-01 00:00:00 +0900", "2015-12-31T15:00:00Z"},
      {"2016-01-01 00:00:00 -0330", "2016-01-01T03:30:00Z"},
      {"2016-02-30 00:00:00 +0000", "2016-02-29T00:00:00Z"},
      {"2016-01-01 00:00:00 +09:00", kRefused},
      {"2016-01-01 00:00:00 Z", kRefused},
      {"2016-01-01 00:00:00 UTC", kRefused},
      {"2016-01-01 00:00:00", kRefused},
      {"2016-01-01 00:00:00+0900", kRefused},
      {"2016-01-01 00:00:00 +0900 ", kRefused},
  };
  expect_parsed(parse_display_time, kCases);
}

}  // namespace
}  // namespace mogura::calendar
