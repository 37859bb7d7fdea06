#include "calendar/time_zone.h"

#include <absl/time/time.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>

#include "base/mutex.h"
#include "calendar/offset_id.h"

namespace mogura::calendar {

struct TimeZone::Impl {
  std::string id;
  absl::TimeZone zone;
  // Zones without a tz database entry are called by their id.
  bool named_by_id;
};

namespace {

constexpr std::string_view kZoneDirectory = "/usr/share/zoneinfo";

// Files of the tz database that Java has no zone for.
constexpr std::array<std::string_view, 7> kNotJava = {"EST",     "MST",        "HST",      "ROC",
                                                      "Factory", "posixrules", "localtime"};
constexpr std::array<std::string_view, 2> kNotJavaFolders = {"right/", "posix/"};

absl::Time absl_time(Instant instant) {
  return absl::FromUnixMicros(instant.time_since_epoch().count());
}

Instant instant_of(absl::Time time) {
  return Instant(Duration(absl::ToUnixMicros(time)));
}

absl::CivilSecond civil_second(const LocalTime& local) {
  return absl::CivilSecond(local.year, local.month, local.day, local.hour, local.minute,
                           local.second);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Java's form of a region id, without the names that lead to other files than zones.
bool is_region_id(std::string_view id) {
  const auto allowed = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("~/._+-").contains(c);
  };
  return id.size() >= 2 && is_letter(id.front()) && std::ranges::all_of(id, allowed) &&
         !id.contains("..") && std::ranges::find(kNotJava, id) == kNotJava.end() &&
         std::ranges::none_of(kNotJavaFolders,
                              [&](std::string_view folder) { return id.starts_with(folder); });
}

std::string zone_directory() {
  const char* chosen = std::getenv("TZDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : std::string(kZoneDirectory);
}

// Asked before absl, which remembers every name that it was ever asked for, whether it exists or
// not.
bool zone_file_exists(std::string_view id) {
  const std::string path = zone_directory() + "/" + std::string(id);
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// The id behind the machine's /etc/localtime: a link into the tz database.
std::string linked_zone_id() {
  std::error_code error;
  const std::string target = std::filesystem::read_symlink("/etc/localtime", error).string();
  constexpr std::string_view kFolder = "zoneinfo/";
  const std::size_t at = target.find(kFolder);
  return at == std::string::npos ? "" : target.substr(at + kFolder.size());
}

// $TZ without the decorations that the C library allows.
std::string_view bare_zone_id(std::string_view id) {
  if (id.starts_with(':')) id.remove_prefix(1);
  if (id.starts_with(kZoneDirectory))
    id.remove_prefix(std::min(id.size(), kZoneDirectory.size() + 1));
  for (const std::string_view folder : kNotJavaFolders) {
    if (id.starts_with(folder)) id.remove_prefix(folder.size());
  }
  return id;
}

// Standard time as the C library understands $TZ (`JST-9`); 0 for what nobody understands.
int c_library_offset() {
  ::tzset();
  const std::time_t epoch = 0;
  std::tm local{};
  ::localtime_r(&epoch, &local);
  return static_cast<int>(local.tm_gmtoff);
}

}  // namespace

std::optional<TimeZone> TimeZone::find(std::string_view id) {
  if (const std::optional<int> offset = parse_offset_id(id)) {
    return fixed(offset_id(*offset), *offset);
  }
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!id.starts_with(prefix)) continue;
    const std::string_view rest = id.substr(prefix.size());
    if (rest.empty()) return fixed(std::string(prefix), 0);
    if (rest.front() != '+' && rest.front() != '-') continue;
    const std::optional<int> offset = parse_offset_id(rest);
    if (!offset) return std::nullopt;
    return fixed(std::string(prefix) + (*offset == 0 ? "" : offset_id(*offset)), *offset);
  }
  return find_region(id);
}

TimeZone TimeZone::fixed(std::string id, int offset_seconds) {
  return TimeZone(std::make_shared<const Impl>(
      Impl{std::move(id), absl::FixedTimeZone(offset_seconds), /*named_by_id=*/true}));
}

std::optional<TimeZone> TimeZone::find_region(std::string_view id) {
  // Holds at most the files of the tz database.
  struct Regions {
    Mutex mutex;
    std::map<std::string, std::shared_ptr<const Impl>, std::less<>> known MOGURA_GUARDED_BY(mutex);
  };
  static Regions regions;

  if (!is_region_id(id)) return std::nullopt;
  const MutexLock lock(regions.mutex);
  if (const auto found = regions.known.find(id); found != regions.known.end()) {
    return TimeZone(found->second);
  }
  absl::TimeZone zone;
  if (!zone_file_exists(id) || !absl::LoadTimeZone(std::string(id), &zone)) return std::nullopt;
  auto impl = std::make_shared<const Impl>(Impl{std::string(id), zone, /*named_by_id=*/false});
  regions.known.emplace(id, impl);
  return TimeZone(std::move(impl));
}

TimeZone TimeZone::utc() {
  static const TimeZone zone = fixed("UTC", 0);
  return zone;
}

TimeZone TimeZone::system() {
  const char* variable = std::getenv("TZ");
  if (variable == nullptr || *variable == '\0') {
    return find(linked_zone_id()).value_or(utc());
  }
  if (std::optional<TimeZone> zone = find(bare_zone_id(variable))) return *zone;
  const int offset = c_library_offset();
  return fixed("GMT" + (offset == 0 ? "" : offset_id(offset)), offset);
}

const std::string& TimeZone::id() const {
  return impl_->id;
}

LocalTime TimeZone::to_local(Instant instant) const {
  const absl::CivilSecond civil = impl_->zone.At(absl_time(instant)).cs;
  return {static_cast<int>(civil.year()),
          civil.month(),
          civil.day(),
          civil.hour(),
          civil.minute(),
          civil.second()};
}

int TimeZone::offset_seconds(Instant instant) const {
  return impl_->zone.At(absl_time(instant)).offset;
}

Instant TimeZone::to_instant(const LocalTime& local) const {
  return instant_of(impl_->zone.At(civil_second(local)).pre);
}

Instant TimeZone::to_instant_later(const LocalTime& local) const {
  const absl::TimeZone::TimeInfo info = impl_->zone.At(civil_second(local));
  return instant_of(info.kind == absl::TimeZone::TimeInfo::REPEATED ? info.post : info.pre);
}

std::string TimeZone::abbreviation(Instant instant) const {
  return impl_->named_by_id ? impl_->id : impl_->zone.At(absl_time(instant)).zone_abbr;
}

Instant start_of_hour(Instant time, const TimeZone& zone) {
  const LocalTime local = zone.to_local(time);
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return second - std::chrono::minutes(local.minute) - std::chrono::seconds(local.second);
}

Instant start_of_day(Instant time, const TimeZone& zone) {
  const LocalTime local = zone.to_local(time);
  return zone.to_instant({.year = local.year, .month = local.month, .day = local.day});
}

}  // namespace mogura::calendar
