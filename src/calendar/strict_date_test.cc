#include "calendar/strict_date.h"

#include <gtest/gtest.h>

namespace mogura::calendar {
namespace {

struct DateProblem {
  std::string text;
  std::string problem;  // behind "Text '...' could not be parsed"
};

const DateProblem kDateProblems[] = {
    {"2030-02-30", ": Invalid date 'FEBRUARY 30'"},
    {"2030-02-29", ": Invalid date 'February 29' as '2030' is not a leap year"},
    {"2030-04-31", ": Invalid date 'APRIL 31'"},
    {"2030-13-01", ": Invalid value for MonthOfYear (valid values 1 - 12): 13"},
    {"2030-00-01", ": Invalid value for MonthOfYear (valid values 1 - 12): 0"},
    {"2030-01-32", ": Invalid value for DayOfMonth (valid values 1 - 28/31): 32"},
    {"2030-01-00", ": Invalid value for DayOfMonth (valid values 1 - 28/31): 0"},
    {"soon", " at index 0"},
    {"", " at index 0"},
    {"203-01-01", " at index 0"},
    {"12030-01-01", " at index 0"},
    {"20300101", " at index 0"},
    {" 2030-01-01", " at index 0"},
    {"2030", " at index 4"},
    {"2030/01/01", " at index 4"},
    {"2030-", " at index 5"},
    {"2030-1-1", " at index 5"},
    {"2030-ab-01", " at index 5"},
    {"2030-01", " at index 7"},
    {"2030-01-", " at index 8"},
    {"2030-01-1", " at index 8"},
    {"2030-01-01 ", ", unparsed text found at index 10"},
    {"2030-01-011", ", unparsed text found at index 10"},
    {"2030-01-01T00:00:00", ", unparsed text found at index 10"},
};

TEST(StrictDate, SaysWhatIsWrong) {
  for (const DateProblem& row : kDateProblems) {
    const auto date = parse_strict_date(row.text);
    ASSERT_FALSE(date) << row.text;
    EXPECT_EQ(date.error(), "Text '" + row.text + "' could not be parsed" + row.problem);
  }
}

TEST(StrictDate, CutsLongTexts) {
  EXPECT_EQ(parse_strict_date(std::string(65, 'x')).error(),
            "Text '" + std::string(64, 'x') + "...' could not be parsed at index 0");
}

TEST(StrictDate, ReadsDates) {
  EXPECT_EQ(parse_strict_date("2028-02-29"), (LocalTime{2028, 2, 29, 0, 0, 0}));
  EXPECT_EQ(parse_strict_date("0000-01-01"), (LocalTime{0, 1, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace mogura::calendar
