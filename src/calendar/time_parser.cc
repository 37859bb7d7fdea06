// Reads the forms of times that Digdag knows. Two habits of Java's parsers show in them: forms that
// people type are lenient about the end of a month (30 February is the 29th or 28th) and know
// 24:00:00 as the next midnight, but not the year 0; forms that programs write are strict.
//
// A reader takes one piece after the other off a cursor; the first piece that does not fit makes
// the whole text unfit.
#include <algorithm>
#include <chrono>
#include <cstdint>

#include "calendar/dates.h"
#include "calendar/offset_id.h"
#include "calendar/time_zone.h"

namespace mogura::calendar {
namespace {

struct Cursor {
  std::string_view rest;

  bool done() const { return rest.empty(); }

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }

  bool take_either(char a, char b) { return take(a) || take(b); }

  // Exactly `count` digits.
  bool take_number(std::size_t count, int& number) {
    if (rest.size() < count) return false;
    int value = 0;
    for (const char c : rest.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    number = value;
    return true;
  }

  // `separator` absent is 0.
  bool take_separator(char separator) { return separator == 0 || take(separator); }
};

bool take_date(Cursor& text, char separator, LocalTime& t) {
  return text.take_number(4, t.year) && text.take_separator(separator) &&
         text.take_number(2, t.month) && text.take_separator(separator) &&
         text.take_number(2, t.day);
}

bool take_clock(Cursor& text, char separator, LocalTime& t) {
  return text.take_number(2, t.hour) && text.take_separator(separator) &&
         text.take_number(2, t.minute) && text.take_separator(separator) &&
         text.take_number(2, t.second);
}

LocalTime next_midnight(const LocalTime& t) {
  if (t.day < days_in_month(t.year, t.month)) return {t.year, t.month, t.day + 1};
  return t.month < 12 ? LocalTime{t.year, t.month + 1, 1} : LocalTime{t.year + 1, 1, 1};
}

bool fields_in_range(const LocalTime& t) {
  return t.month >= 1 && t.month <= 12 && t.day >= 1 && t.day <= 31 && t.hour <= 23 &&
         t.minute <= 59 && t.second <= 59;
}

// A time as people type it.
std::optional<LocalTime> lenient(LocalTime t) {
  const bool midnight = t.hour == 24 && t.minute == 0 && t.second == 0;
  if (midnight) t.hour = 0;
  if (t.year < 1 || !fields_in_range(t)) return std::nullopt;
  t.day = std::min(t.day, days_in_month(t.year, t.month));
  return midnight ? next_midnight(t) : t;
}

bool exists(const LocalTime& t) {
  return fields_in_range(t) && t.day <= days_in_month(t.year, t.month);
}

Instant instant_at(const LocalTime& local, int offset_seconds, Duration fraction = Duration(0)) {
  return TimeZone::utc().to_instant(local) - std::chrono::seconds(offset_seconds) + fraction;
}

// The offset that makes up the rest of the text, `length` characters.
std::optional<int> offset_at_end(const Cursor& text, std::size_t length) {
  if (text.rest.size() != length) return std::nullopt;
  return parse_offset_id(text.rest);
}

// Up to 9 digits behind a point, both optional.
Duration take_fraction(Cursor& text) {
  if (!text.take('.')) return Duration(0);
  constexpr int kMaxDigits = 9;
  std::int64_t nanos = 0;
  std::int64_t unit = 100'000'000;
  int digit = 0;
  for (int i = 0; i < kMaxDigits && text.take_number(1, digit); ++i, unit /= 10) {
    nanos += digit * unit;
  }
  return std::chrono::floor<Duration>(std::chrono::nanoseconds(nanos));
}

struct IsoTime {
  LocalTime local;
  Duration fraction;
};

// `2016-01-01T00:00[:00[.000]]`, strictly.
std::optional<IsoTime> take_iso(Cursor& text) {
  LocalTime t;
  if (!take_date(text, '-', t) || !text.take_either('T', 't') || !text.take_number(2, t.hour) ||
      !text.take(':') || !text.take_number(2, t.minute)) {
    return std::nullopt;
  }
  Duration fraction(0);
  if (text.take(':')) {
    if (!text.take_number(2, t.second)) return std::nullopt;
    fraction = take_fraction(text);
  }
  if (!exists(t)) return std::nullopt;
  return IsoTime{t, fraction};
}

// `Z`, `+09`, `+09:00` or `+09:00:30`.
std::optional<int> iso_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 3 && text.size() != 6 && text.size() != 9) return std::nullopt;
  return parse_offset_id(text);
}

}  // namespace

std::optional<Instant> parse_iso_time(std::string_view text) {
  Cursor cursor{text};
  LocalTime t;
  if (!take_date(cursor, '-', t) || !cursor.take('T') || !take_clock(cursor, ':', t)) {
    return std::nullopt;
  }
  const std::optional<LocalTime> local = lenient(t);
  const std::optional<int> offset = offset_at_end(cursor, 6);
  if (!local || !offset) return std::nullopt;
  return instant_at(*local, *offset);
}

std::optional<Instant> parse_instant(std::string_view text) {
  Cursor cursor{text};
  const std::optional<IsoTime> iso = take_iso(cursor);
  const std::optional<int> offset = iso_offset(cursor.rest);
  if (!iso || !offset) return std::nullopt;
  return instant_at(iso->local, *offset, iso->fraction);
}

std::optional<Instant> parse_zoned_instant(std::string_view text) {
  const std::size_t bracket = text.find('[');
  if (bracket == std::string_view::npos) return parse_instant(text);
  const std::string_view zone = text.substr(bracket + 1);
  if (!zone.ends_with(']') || !TimeZone::find(zone.substr(0, zone.size() - 1))) return std::nullopt;
  return parse_instant(text.substr(0, bracket));
}

std::optional<LocalTime> parse_iso_local_time(std::string_view text) {
  Cursor cursor{text};
  const std::optional<IsoTime> iso = take_iso(cursor);
  if (!iso || !cursor.done()) return std::nullopt;
  return iso->local;
}

std::optional<Instant> parse_compact_time(std::string_view text) {
  Cursor cursor{text};
  LocalTime t;
  if (!take_date(cursor, 0, t) || !cursor.take('T') || !take_clock(cursor, 0, t)) {
    return std::nullopt;
  }
  const std::optional<LocalTime> local = lenient(t);
  const std::optional<int> offset = offset_at_end(cursor, 5);
  if (!local || !offset) return std::nullopt;
  return instant_at(*local, *offset);
}

std::optional<LocalTime> parse_local_time(std::string_view text) {
  Cursor cursor{text};
  LocalTime t;
  if (!take_date(cursor, '-', t)) return std::nullopt;
  if (cursor.done()) return lenient(t);
  if (!cursor.take(' ') || !take_clock(cursor, ':', t) || !cursor.done()) return std::nullopt;
  return lenient(t);
}

std::optional<Instant> parse_display_time(std::string_view text) {
  Cursor cursor{text};
  LocalTime t;
  if (!take_date(cursor, '-', t) || !cursor.take(' ') || !take_clock(cursor, ':', t) ||
      !cursor.take(' ')) {
    return std::nullopt;
  }
  const std::optional<LocalTime> local = lenient(t);
  const std::optional<int> offset = offset_at_end(cursor, 5);
  if (!local || !offset) return std::nullopt;
  return instant_at(*local, *offset);
}

}  // namespace mogura::calendar
