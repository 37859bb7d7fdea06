#include "calendar/time_zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>
#include <vector>

namespace mogura::calendar {
namespace {

TimeZone zone_of(std::string_view id) {
  const std::optional<TimeZone> zone = TimeZone::find(id);
  EXPECT_TRUE(zone) << id;
  return zone.value_or(TimeZone::utc());
}

Instant at(std::string_view utc) {
  const std::optional<Instant> instant = parse_instant(utc);
  EXPECT_TRUE(instant) << utc;
  return instant.value_or(Instant{});
}

struct KnownZone {
  const char* id;
  const char* shown;
};

// What Java's ZoneId.of makes of these ids.
const KnownZone kKnownZones[] = {
    {"UTC", "UTC"},
    {"GMT", "GMT"},
    {"UT", "UT"},
    {"Z", "Z"},
    {"GMT+9", "GMT+09:00"},
    {"UTC+9", "UTC+09:00"},
    {"UT+9", "UT+09:00"},
    {"GMT+09:00", "GMT+09:00"},
    {"UTC+0900", "UTC+09:00"},
    {"UTC+0", "UTC"},
    {"GMT-0", "GMT"},
    {"UTC-00:00", "UTC"},
    {"GMT+00:00:01", "GMT+00:00:01"},
    {"+9", "+09:00"},
    {"-9", "-09:00"},
    {"+09", "+09:00"},
    {"+0900", "+09:00"},
    {"+09:00", "+09:00"},
    {"+0930", "+09:30"},
    {"+090030", "+09:00:30"},
    {"+09:00:30", "+09:00:30"},
    {"-00:00", "Z"},
    {"+18:00", "+18:00"},
    {"-18:00", "-18:00"},
    {"Asia/Tokyo", "Asia/Tokyo"},
    {"America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"},
    {"Japan", "Japan"},
    {"NZ-CHAT", "NZ-CHAT"},
    {"GMT0", "GMT0"},
    {"Zulu", "Zulu"},
    {"UCT", "UCT"},
    {"CET", "CET"},
    {"EST5EDT", "EST5EDT"},
    {"Etc/GMT+9", "Etc/GMT+9"},
};

TEST(TimeZone, KnowsJavasIds) {
  for (const KnownZone& zone : kKnownZones) EXPECT_EQ(zone_of(zone.id).id(), zone.shown) << zone.id;
}

TEST(TimeZone, RefusesWhatJavaRefuses) {
  const std::string long_id(100'000, 'A');
  const std::vector<std::string_view> kRefusedIds = {"",
                                                     "z",
                                                     "JST",
                                                     "PST",
                                                     "EST",
                                                     "MST",
                                                     "HST",
                                                     "ROC",
                                                     "Factory",
                                                     "posixrules",
                                                     "localtime",
                                                     "utc",
                                                     "gmt",
                                                     "asia/tokyo",
                                                     "Asia",
                                                     "Asia/",
                                                     "Asia/Tokyo ",
                                                     "right/UTC",
                                                     "posix/UTC",
                                                     "../UTC",
                                                     "Asia/../UTC",
                                                     "zone.tab",
                                                     "UTCX",
                                                     "UT0",
                                                     "GMT+",
                                                     "GMT+19",
                                                     "UTC+9:00",
                                                     "UTC+900",
                                                     "EST+5",
                                                     "A",
                                                     "+",
                                                     "+19",
                                                     "+18:01",
                                                     "+9:30",
                                                     "+930",
                                                     "+09:3",
                                                     "+12345",
                                                     "+09:60",
                                                     "+09:00:60",
                                                     "+09:0030",
                                                     "+0900:30",
                                                     "+09:",
                                                     "Fixed/UTC+09:00:00",
                                                     "libc:localtime",
                                                     "file:Asia/Tokyo",
                                                     "/etc/localtime",
                                                     "Mars/Olympus",
                                                     "Asia/T\xFFkyo",
                                                     std::string_view("UTC\0", 4),
                                                     long_id};
  for (const std::string_view id : kRefusedIds) {
    EXPECT_FALSE(TimeZone::find(id)) << id.substr(0, 40);
  }
}

TEST(TimeZone, TellsOffsetsAndNames) {
  const TimeZone los_angeles = zone_of("America/Los_Angeles");
  EXPECT_EQ(los_angeles.offset_seconds(at("2016-01-01T00:00:00Z")), -8 * 3600);
  EXPECT_EQ(los_angeles.abbreviation(at("2016-01-01T00:00:00Z")), "PST");
  EXPECT_EQ(los_angeles.abbreviation(at("2016-07-01T00:00:00Z")), "PDT");
  EXPECT_EQ(zone_of("America/New_York").offset_seconds(at("2095-07-01T00:00:00Z")), -4 * 3600);
  EXPECT_EQ(zone_of("Asia/Tokyo").abbreviation(Instant{}), "JST");
  EXPECT_EQ(zone_of("+09:00").abbreviation(Instant{}), "+09:00");
  EXPECT_EQ(zone_of("+09:00:30").offset_seconds(Instant{}), 9 * 3600 + 30);
  EXPECT_EQ(zone_of("GMT-9").offset_seconds(Instant{}), -9 * 3600);
}

struct LocalCase {
  const char* zone;
  LocalTime local;
  const char* earlier;
  const char* later;
};

const LocalCase kLocalCases[] = {
    {"UTC", {2016, 1, 1, 0, 0, 0}, "2016-01-01T00:00:00Z", "2016-01-01T00:00:00Z"},
    {"UTC", {2016, 12, 31, 24, 0, 0}, "2017-01-01T00:00:00Z", "2017-01-01T00:00:00Z"},
    {"Asia/Tokyo", {2016, 1, 1, 0, 0, 0}, "2015-12-31T15:00:00Z", "2015-12-31T15:00:00Z"},
    // Spring: 02:30 does not exist and becomes 03:30 PDT.
    {"America/Los_Angeles",
     {2016, 3, 13, 2, 30, 0},
     "2016-03-13T10:30:00Z",
     "2016-03-13T10:30:00Z"},
    // Autumn: 01:30 exists twice.
    {"America/Los_Angeles",
     {2016, 11, 6, 1, 30, 0},
     "2016-11-06T08:30:00Z",
     "2016-11-06T09:30:00Z"},
    // A gap of half an hour, and one at midnight.
    {"Australia/Lord_Howe",
     {2016, 10, 2, 2, 15, 0},
     "2016-10-01T15:45:00Z",
     "2016-10-01T15:45:00Z"},
    {"America/Sao_Paulo", {2017, 10, 15, 0, 0, 0}, "2017-10-15T03:00:00Z", "2017-10-15T03:00:00Z"},
};

TEST(TimeZone, ResolvesLocalTimes) {
  for (const LocalCase& row : kLocalCases) {
    const TimeZone zone = zone_of(row.zone);
    EXPECT_EQ(utc_iso(zone.to_instant(row.local)), row.earlier) << row.zone;
    EXPECT_EQ(utc_iso(zone.to_instant_later(row.local)), row.later) << row.zone;
  }
  EXPECT_EQ(zone_of("America/Los_Angeles").to_local(at("2016-03-13T10:30:00Z")),
            (LocalTime{2016, 3, 13, 3, 30, 0}));
}

TEST(TimeZone, FollowsTheEnvironment) {
  const struct {
    const char* variable;
    const char* id;
  } kCases[] = {{"UTC", "UTC"},
                {"Asia/Tokyo", "Asia/Tokyo"},
                {":Asia/Tokyo", "Asia/Tokyo"},
                {"posix/Asia/Tokyo", "Asia/Tokyo"},
                {"/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"},
                {"GMT+9", "GMT+09:00"},
                {"JST-9", "GMT+09:00"},
                {"bogus", "GMT"}};
  const char* before = std::getenv("TZ");
  const std::string restored = before == nullptr ? "" : before;
  for (const auto& row : kCases) {
    ::setenv("TZ", row.variable, 1);
    EXPECT_EQ(TimeZone::system().id(), row.id) << row.variable;
  }
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", restored.c_str(), 1);
}

TEST(TimeZone, IsFoundFromManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      for (const char* id : {"Europe/Paris", "Europe/Rome", "Asia/Seoul", "No/Where"}) {
        EXPECT_EQ(TimeZone::find(id).has_value(), std::string_view(id) != "No/Where");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(TimeText, HasDigdagsForms) {
  const TimeZone tokyo = zone_of("Asia/Tokyo");
  const Instant time = at("2030-06-01T22:30:05.067Z");
  EXPECT_EQ(iso_time(time, tokyo), "2030-06-02T07:30:05+09:00");
  EXPECT_EQ(iso_time(time, TimeZone::utc()), "2030-06-01T22:30:05+00:00");
  EXPECT_EQ(iso_date(time, tokyo), "2030-06-02");
  EXPECT_EQ(compact_date(time, tokyo), "20300602");
  EXPECT_EQ(local_time_text(time, tokyo), "2030-06-02 07:30:05");
  EXPECT_EQ(offset_text(time, tokyo), "+0900");
  EXPECT_EQ(offset_text(time, zone_of("-03:30")), "-0330");
  EXPECT_EQ(compact_time(time, tokyo), "20300602T073005+0900");
  EXPECT_EQ(display_time(time, tokyo), "2030-06-02 07:30:05 +0900");
  EXPECT_EQ(display_time_millis(time, tokyo), "2030-06-02 07:30:05.067 +0900");
  EXPECT_EQ(iso_time(Instant{}, zone_of("-00:00:30")), "1969-12-31T23:59:30+00:00");
  EXPECT_EQ(iso_time(Instant{}, zone_of("-00:30:30")), "1969-12-31T23:29:30-00:30");
}

TEST(TimeText, ShowsFractionsOfInstants) {
  EXPECT_EQ(utc_iso(Instant{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_iso(Instant(Duration(100'000))), "1970-01-01T00:00:00.100Z");
  EXPECT_EQ(utc_iso(Instant(Duration(1))), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(utc_iso(Instant(Duration(-1))), "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace mogura::calendar
