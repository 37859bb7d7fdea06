// Date.parse(): the ISO form of the standard first,
//
//   2024, 2024-03, 2024-03-05, 2024-03-05T10:00, 2024-03-05T10:00:00.123+09:00, +012024-03-05
//
// where a date alone is in UTC and a time without an offset local; then words and numbers in any of
// the usual orders, always local unless a zone is named:
//
//   Mar 5, 2024 10:00 PM    5 March 2024    3/5/2024    2024/3/5    Tue, 05 Mar 2024 10:00:00 GMT
//   Mon Jul 01 2024 03:00:00 GMT+0900 (JST)             2024-03-05 10:00:00 +0900
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "template/dates.h"

namespace mogura::tmpl {
namespace {

constexpr double kNotADate = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargestMs = 8.64e15;

struct DateFields {
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
  /// Seconds east of UTC; absent for local time.
  std::optional<int> offset_s;
};

double time_of(const DateFields& fields, const calendar::TimeZone& zone) {
  const bool valid = fields.month >= 1 && fields.month <= 12 && fields.day >= 1 &&
                     fields.day <= 31 && fields.minute <= 59 && fields.second <= 59 &&
                     (fields.hour <= 23 || (fields.hour == 24 && fields.minute == 0 &&
                                            fields.second == 0 && fields.millisecond == 0));
  if (!valid) return kNotADate;
  const auto days = static_cast<double>(days_since_1970(fields.year, fields.month, fields.day));
  const double seconds = fields.hour * 3600.0 + fields.minute * 60.0 + fields.second;
  const double local_ms = days * 86'400'000 + seconds * 1000 + fields.millisecond;
  const int offset = fields.offset_s ? *fields.offset_s : offset_of_local(zone, local_ms);
  const double utc_ms = local_ms - offset * 1000.0;
  return std::abs(utc_ms) <= kLargestMs ? utc_ms : kNotADate;
}

/// Reads characters and numbers off the front of a text.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool at_digit() const { return peek() >= '0' && peek() <= '9'; }
  bool at_letter() const { return (peek() | 0x20) >= 'a' && (peek() | 0x20) <= 'z'; }
  void skip() { rest_.remove_prefix(1); }

  bool take(char c) {
    if (peek() != c || done()) return false;
    skip();
    return true;
  }

  /// A number of exactly `digits` digits.
  bool take_number(std::size_t digits, int& number) {
    if (rest_.find_first_not_of("0123456789") < digits || rest_.size() < digits) return false;
    number = 0;
    for (; digits > 0; --digits, skip()) number = number * 10 + (peek() - '0');
    return true;
  }

  std::string_view take_digits() { return take_first(rest_.find_first_not_of("0123456789")); }

  std::string_view take_letters() {
    std::size_t length = 0;
    while (length < rest_.size() && DateReader(rest_.substr(length)).at_letter()) ++length;
    return take_first(length);
  }

  /// `.123`: milliseconds, further digits are dropped.
  bool take_fraction(int& milliseconds) {
    const std::string_view digits = take_digits();
    milliseconds = 0;
    for (std::size_t at = 0; at < 3; ++at) {
      milliseconds = milliseconds * 10 + (at < digits.size() ? digits[at] - '0' : 0);
    }
    return !digits.empty();
  }

 private:
  std::string_view take_first(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

bool read_iso_offset(DateReader& reader, DateFields& fields) {
  if (reader.take('Z')) {
    fields.offset_s = 0;
    return true;
  }
  const bool negative = reader.peek() == '-';
  if (!reader.take('+') && !reader.take('-')) return true;
  int hours = 0;
  int minutes = 0;
  if (!reader.take_number(2, hours)) return false;
  reader.take(':');
  if (!reader.take_number(2, minutes) || hours > 23 || minutes > 59) return false;
  fields.offset_s = (negative ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

bool read_iso_time(DateReader& reader, DateFields& fields) {
  if (!reader.take_number(2, fields.hour) || !reader.take(':')) return false;
  if (!reader.take_number(2, fields.minute)) return false;
  if (reader.take(':')) {
    if (!reader.take_number(2, fields.second)) return false;
    if (reader.take('.') && !reader.take_fraction(fields.millisecond)) return false;
  }
  return read_iso_offset(reader, fields);
}

std::optional<DateFields> parse_iso(std::string_view text) {
  DateReader reader(text);
  DateFields fields;
  const bool negative = reader.peek() == '-';
  const bool has_sign = reader.take('+') || reader.take('-');
  if (!reader.take_number(has_sign ? 6 : 4, fields.year)) return std::nullopt;
  if (negative) fields.year = -fields.year;
  if (reader.take('-')) {
    if (!reader.take_number(2, fields.month)) return std::nullopt;
    if (reader.take('-') && !reader.take_number(2, fields.day)) return std::nullopt;
  }
  if (reader.take('T')) {
    if (!read_iso_time(reader, fields)) return std::nullopt;
  } else {
    fields.offset_s = 0;
  }
  return reader.done() ? std::optional(fields) : std::nullopt;
}

/// Collects the words and numbers of a date in free form.
class FreeDate {
 public:
  explicit FreeDate(std::string_view text) : reader_(text) {}

  std::optional<DateFields> parse() {
    while (!reader_.done()) {
      if (!(reader_.at_digit() ? read_number() : reader_.at_letter() ? read_word() : read_sign())) {
        return std::nullopt;
      }
    }
    return complete() ? std::optional(fields_) : std::nullopt;
  }

 private:
  static constexpr std::size_t kMaxDigits = 6;

  bool read_number() {
    const std::string_view digits = reader_.take_digits();
    if (digits.size() > kMaxDigits) return false;
    int number = 0;
    for (const char digit : digits) number = number * 10 + (digit - '0');
    if (reader_.peek() == ':' && !has_time_) return read_clock(number);
    numbers_.push_back({number, digits.size() > 2});
    return true;
  }

  /// What follows the hour.
  bool read_clock(int hour) {
    has_time_ = true;
    fields_.hour = hour;
    reader_.skip();
    if (!reader_.take_number(2, fields_.minute)) return false;
    if (!reader_.take(':')) return true;
    if (!reader_.take_number(2, fields_.second)) return false;
    return !reader_.take('.') || reader_.take_fraction(fields_.millisecond);
  }

  bool read_word() {
    const std::string word = lower(reader_.take_letters());
    reader_.take('.');
    if (word == "am" || word == "pm") return set_half_day(word == "pm");
    if (word == "z" || word == "gmt" || word == "utc" || word == "ut") {
      fields_.offset_s = 0;
      return true;
    }
    if (word == "t" && !numbers_.empty()) return reader_.at_digit();
    if (word.size() < 3) return false;
    constexpr std::string_view kMonthNames = "jan feb mar apr may jun jul aug sep oct nov dec ";
    constexpr std::string_view kDayNames = "sun mon tue wed thu fri sat ";
    const std::string start = word.substr(0, 3) + ' ';
    if (const std::size_t at = kMonthNames.find(start); at != std::string_view::npos) {
      fields_.month = static_cast<int>(at / 4) + 1;
      has_month_ = true;
      return true;
    }
    return kDayNames.find(start) != std::string_view::npos;
  }

  bool set_half_day(bool afternoon) {
    if (!has_time_ || fields_.hour < 1 || fields_.hour > 12) return false;
    fields_.hour = fields_.hour % 12 + (afternoon ? 12 : 0);
    return true;
  }

  bool read_sign() {
    const char sign = reader_.peek();
    if (sign == '(') return skip_comment();
    const bool may_be_offset = has_time_ || fields_.offset_s;
    if ((sign == '+' || sign == '-') && may_be_offset) return read_offset(sign == '-');
    reader_.skip();
    return sign == ' ' || sign == ',' || sign == '/' || sign == '-' || sign == '.';
  }

  bool skip_comment() {
    while (!reader_.done()) {
      if (reader_.take(')')) return true;
      reader_.skip();
    }
    return false;
  }

  bool read_offset(bool negative) {
    reader_.skip();
    int hours = 0;
    int minutes = 0;
    if (!reader_.take_number(2, hours)) return false;
    reader_.take(':');
    if (reader_.at_digit() && !reader_.take_number(2, minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    fields_.offset_s = (negative ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
  }

  /// Gives the numbers their meaning.
  bool complete() {
    if (has_month_) {
      if (numbers_.size() == 1 && numbers_[0].is_year) return set_date(numbers_[0], {1, false});
      if (numbers_.size() != 2) return false;
      return numbers_[0].is_year ? set_date(numbers_[0], numbers_[1])
                                 : set_date(numbers_[1], numbers_[0]);
    }
    if (numbers_.size() != 3) return false;
    const bool year_first = numbers_[0].is_year;
    fields_.month = numbers_[year_first ? 1 : 0].value;
    return year_first ? set_date(numbers_[0], numbers_[2]) : set_date(numbers_[2], numbers_[1]);
  }

  struct Number {
    int value;
    bool is_year;
  };

  bool set_date(Number year, Number day) {
    constexpr int kFirstYearOf1900s = 50;
    fields_.day = day.value;
    fields_.year = year.value;
    if (!year.is_year) fields_.year += year.value < kFirstYearOf1900s ? 2000 : 1900;
    return !day.is_year;
  }

  static std::string lower(std::string_view word) {
    std::string text(word);
    for (char& c : text) c = static_cast<char>(c | 0x20);
    return text;
  }

  DateReader reader_;
  DateFields fields_;
  std::vector<Number> numbers_;
  bool has_month_ = false;
  bool has_time_ = false;
};

}  // namespace

double parse_date(std::string_view text, const calendar::TimeZone& zone) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return kNotADate;
  text = text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
  auto fields = parse_iso(text);
  if (!fields) fields = FreeDate(text).parse();
  return fields ? time_of(*fields, zone) : kNotADate;
}

}  // namespace mogura::tmpl
